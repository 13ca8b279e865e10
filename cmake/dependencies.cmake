# Every library this project uses, found once. All are Debian 12 packages; scripts/setup installs them.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
# Debian's httplib is compiled, and CPPHTTPLIB_OPENSSL_SUPPORT is part of its ABI: only the pkg-config
# target carries that flag, so the header must never be included without it.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx libpq)
if(BILLING_BUILD_TESTS)
  find_package(doctest REQUIRED)
endif()
