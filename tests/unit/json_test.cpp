#include "glib/json.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "glib/json_value.hpp"

namespace isr {
namespace {

TEST(JsonWriterTest, WritesEveryKindOfValueWithTheirCommas) {
  JsonWriter json;
  json.BeginObject().Name("none").BeginArray().EndArray().Name("list").BeginArray();
  json.Integer(-7).Number(0.1).Boolean(true).Boolean(false).Null();
  json.BeginObject().EndObject().BeginObject().Name("a").String("b").EndObject().EndArray();
  json.Name("inner").Document(R"({"c":[1,2]})").Name("last").Integer(INT64_MIN).EndObject();
  EXPECT_EQ(json.Text(),
            R"({"none":[],"list":[-7,0.1,true,false,null,{},{"a":"b"}],"inner":{"c":[1,2]},)"
            R"("last":-9223372036854775808})");
}

TEST(JsonWriterTest, AStringThatEndsLikeABracketIsAValueLikeAnyOther) {
  JsonWriter json;
  json.BeginArray().String("[").String("{").String(":").Integer(1).EndArray();
  EXPECT_EQ(json.Text(), R"(["[","{",":",1])");
}

TEST(JsonWriterTest, WhatIsReadIsWhatWasWritten) {
  std::string every;
  for (char c = 1; c < 0x7f; ++c) every += c;
  every += "\x7f äöü 日本 \xf0\x9f\x94\x8a";
  JsonWriter json;
  json.BeginObject().Name(every).String(every).EndObject();
  const JsonValue read = JsonValue::Parse(json.Text());
  EXPECT_EQ(read[every.c_str()].String(), every);
  EXPECT_EQ(json.Text().find('\n'), std::string::npos);
}

TEST(JsonWriterTest, NumbersComeBackAsTheyWere) {
  constexpr double kMicroseconds = 1773100800.123456;
  for (const double number : {kMicroseconds, 1e300, -5e-324, 0.1 + 0.2, 3.0}) {
    JsonWriter json;
    json.BeginArray().Number(number).EndArray();
    EXPECT_EQ(JsonValue::Parse(json.Text()).Items().at(0).Number(), number) << json.Text();
  }
}

TEST(JsonWriterTest, WhatJsonCannotSayIsMadeValid) {
  JsonWriter json;
  json.BeginArray().Number(std::numeric_limits<double>::infinity());
  json.Number(std::numeric_limits<double>::quiet_NaN()).String("caf\xe9").EndArray();
  EXPECT_EQ(json.Text(), "[null,null,\"caf\xef\xbf\xbd\"]");
}

}  // namespace
}  // namespace isr
