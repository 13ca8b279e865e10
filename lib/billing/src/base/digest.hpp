// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace billing {

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// The HMAC-SHA256 of `bytes` under `key`, likewise.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

/// Takes as long for any two texts of one length, so that nobody learns a digest by guessing.
bool equal_in_constant_time(std::string_view one, std::string_view other);

}  // namespace billing
