#include "time/file_name.hpp"

#include <gtest/gtest.h>

namespace isr {
namespace {

using namespace std::chrono_literals;

TEST(FileName, IsTheLocalTimeOfTheFirstSample) {
  EXPECT_EQ(FormatFileName("%Y%m%d_%H%M%S", "mic", UtcTime(13h + 59min + 59s), 1h),
            "19700101_145959");
}

TEST(FileName, TakesTheSourceLiterally) {
  EXPECT_EQ(FormatFileName("{source}/%Y", "50% jazz", UtcTime(0s), 0s), "50% jazz/1970");
}

TEST(FileName, MayBeLongerThanUsual) {
  const std::string folder(200, 'x');
  EXPECT_EQ(FormatFileName(folder + "/%H", "mic", UtcTime(5h), 0s), folder + "/05");
}

}  // namespace
}  // namespace isr
