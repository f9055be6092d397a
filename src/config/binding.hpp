#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "config/settings.hpp"

namespace isr {

/// The value of a key after its check, before it has its place in Settings.
using Value = std::variant<std::string, bool, long, double>;

/// LogLevel as its word.
std::string ToWord(LogLevel level);

/// A list as its words: "a, b".
std::string JoinedWords(const std::vector<std::string>& words);

/// Which member of Settings, of SourceSettings, or of the settings of one or more types holds a
/// key. Where the key may stand in the file follows from it.
struct Binding {
  enum class Scope {
    kGeneral,    ///< [general] only
    kOwn,        ///< a section like [web] only
    kBoth,       ///< [general] uses it itself, and it is the default of any source
    kAnySource,  ///< any source; [general] gives the default
    kSomeTypes,  ///< sources of `types`; [general] gives their default
  };
  bool IsOfGeneral() const { return scope == Scope::kGeneral || scope == Scope::kBoth; }
  /// The one section where it may stand that is neither [general] nor a source; else empty.
  std::string_view Section() const { return section; }

  Scope scope = Scope::kGeneral;
  unsigned types = 0;          ///< bit n: type number n (SourceTypeSettings::index()) has the key
  std::string_view section{};  ///< of kOwn

  /// `source` may be nullptr for kGeneral and kOwn, and is for [general]'s own of kBoth.
  /// Does nothing for a source that has no such member.
  void (*store)(Settings& settings, SourceSettings* source, const Value& value) = nullptr;
  /// As above, but only for a source that has the member.
  Value (*load)(const Settings& settings, const SourceSettings* source) = nullptr;
};

namespace detail {

/// Settings that have a section of their own: its name, and where they are kept.
template <typename Owner>
struct OwnSection;
template <>
struct OwnSection<WebSettings> {
  static constexpr std::string_view kName = "web";
  static constexpr auto kPlace = &Settings::web;
};
template <>
struct OwnSection<ReplaySettings> {
  static constexpr std::string_view kName = "replay";
  static constexpr auto kPlace = &Settings::replay;
};
template <>
struct OwnSection<LiveSettings> {
  static constexpr std::string_view kName = "live";
  static constexpr auto kPlace = &Settings::live;
};
template <>
struct OwnSection<ButtonSettings> {
  static constexpr std::string_view kName = "button";
  static constexpr auto kPlace = &Settings::button;
};
template <>
struct OwnSection<HotkeySettings> {
  static constexpr std::string_view kName = "hotkey";
  static constexpr auto kPlace = &Settings::hotkey;
};
template <>
struct OwnSection<NotificationSettings> {
  static constexpr std::string_view kName = "notifications";
  static constexpr auto kPlace = &Settings::notifications;
};
template <typename Owner>
concept HasOwnSection = requires {
  OwnSection<Owner>::kName;
};

template <typename T>
struct MemberOf;
template <typename OwnerType, typename Field>
struct MemberOf<Field OwnerType::*> {
  using Owner = OwnerType;
  using Type = Field;
};
template <auto Member>
using OwnerOf = typename MemberOf<decltype(Member)>::Owner;

/// The struct that holds the member, nullptr when the source is of another type.
template <typename Owner, typename AnySettings, typename AnySource>
auto* FindOwner(AnySettings& settings, AnySource* source) {
  if constexpr (std::is_same_v<Owner, Settings>) {
    return &settings;
  } else if constexpr (HasOwnSection<Owner>) {
    return &(settings.*OwnSection<Owner>::kPlace);
  } else if constexpr (std::is_same_v<Owner, SourceSettings>) {
    return source;
  } else {
    return std::get_if<Owner>(&source->specific);
  }
}

template <typename Owner, size_t Index = 0>
constexpr unsigned TypeBit() {
  if constexpr (std::is_same_v<Owner, std::variant_alternative_t<Index, SourceTypeSettings>>) {
    return 1U << Index;
  } else {
    return TypeBit<Owner, Index + 1>();
  }
}

template <typename Owner>
constexpr Binding ScopeOf() {
  if constexpr (std::is_same_v<Owner, Settings>) {
    return {Binding::Scope::kGeneral, 0};
  } else if constexpr (HasOwnSection<Owner>) {
    return {Binding::Scope::kOwn, 0, OwnSection<Owner>::kName};
  } else if constexpr (std::is_same_v<Owner, SourceSettings>) {
    return {Binding::Scope::kAnySource, ~0U};
  } else {
    return {Binding::Scope::kSomeTypes, TypeBit<Owner>()};
  }
}

template <typename Unit, typename Field>
Field FromValue(const Value& value) {
  if constexpr (!std::is_void_v<Unit>) {
    using Fractional = std::chrono::duration<double, typename Unit::period>;
    return std::chrono::round<Field>(Fractional(std::get<double>(value)));
  } else if constexpr (std::is_same_v<Field, LogLevel>) {
    return LogLevelFromWord(std::get<std::string>(value)).value_or(LogLevel::kInfo);
  } else if constexpr (std::is_same_v<Field, int>) {
    return static_cast<int>(std::get<long>(value));
  } else if constexpr (std::is_same_v<Field, std::vector<std::string>>) {
    return SplitWords(std::get<std::string>(value));
  } else {
    return std::get<Field>(value);
  }
}

template <typename Unit, typename Field>
Value ToValue(const Field& field) {
  if constexpr (!std::is_void_v<Unit>) {
    return std::chrono::duration<double, typename Unit::period>(field).count();
  } else if constexpr (std::is_same_v<Field, LogLevel>) {
    return ToWord(field);
  } else if constexpr (std::is_same_v<Field, int>) {
    return static_cast<long>(field);
  } else if constexpr (std::is_same_v<Field, std::vector<std::string>>) {
    return JoinedWords(field);
  } else {
    return field;
  }
}

template <typename Unit, auto... Members>
void Store(Settings& settings, SourceSettings* source, const Value& value) {
  const auto store_one = [&]<auto Member>() {
    auto* const owner = FindOwner<OwnerOf<Member>>(settings, source);
    using Field = typename MemberOf<decltype(Member)>::Type;
    if (owner != nullptr) owner->*Member = FromValue<Unit, Field>(value);
  };
  (store_one.template operator()<Members>(), ...);
}

template <typename Unit, auto... Members>
Value Load(const Settings& settings, const SourceSettings* source) {
  Value value;
  const auto load_one = [&]<auto Member>() {
    const auto* const owner = FindOwner<OwnerOf<Member>>(settings, source);
    if (owner != nullptr) value = ToValue<Unit>(owner->*Member);
  };
  (load_one.template operator()<Members>(), ...);
  return value;
}

template <typename Unit, auto First, auto... Others>
constexpr Binding Bind() {
  Binding binding = ScopeOf<OwnerOf<First>>();
  binding.types |= (0U | ... | ScopeOf<OwnerOf<Others>>().types);
  binding.store = Store<Unit, First, Others...>;
  binding.load = Load<Unit, First, Others...>;
  return binding;
}

}  // namespace detail

/// Binds a key to a member; to several when several types have the same key.
template <auto... Members>
constexpr Binding In() {
  return detail::Bind<void, Members...>();
}

/// Binds a key to a member of Settings and to one of each source.
template <auto General, auto Source>
constexpr Binding InBoth() {
  Binding binding{Binding::Scope::kBoth, ~0U};
  binding.store = [](Settings& settings, SourceSettings* source, const Value& value) {
    if (source == nullptr) {
      detail::Store<void, General>(settings, nullptr, value);
    } else {
      detail::Store<void, Source>(settings, source, value);
    }
  };
  binding.load = [](const Settings& settings, const SourceSettings* source) {
    return source == nullptr ? detail::Load<void, General>(settings, nullptr)
                             : detail::Load<void, Source>(settings, source);
  };
  return binding;
}

/// Binds a number of `Unit`s to a std::chrono duration.
template <typename Unit, auto Member>
constexpr Binding InUnits() {
  return detail::Bind<Unit, Member>();
}

}  // namespace isr
