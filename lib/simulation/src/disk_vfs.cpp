// SPDX-License-Identifier: Apache-2.0
#include "disk_vfs.hpp"

#include <billing/result.hpp>

#include "platter.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

// The contract of these functions: https://www.sqlite.org/c3ref/io_methods.html and
// https://www.sqlite.org/c3ref/vfs.html. They are noexcept, as C can't pass an exception on.

namespace simulation {
namespace {

constexpr int longest_name = 512;

/// What SQLite holds of an open file. It brings the memory; `open_file` and `close_file` make and
/// end the object in it.
struct OpenFile : sqlite3_file {
  OpenFile(Platter& on, std::shared_ptr<DiskFile> opened)
      : sqlite3_file{}, platter(on), file(std::move(opened)) {
    platter.opened();
  }
  ~OpenFile() { platter.closed(); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  Platter& platter;
  std::shared_ptr<DiskFile> file;
};

OpenFile& opened(sqlite3_file* file) {
  return *static_cast<OpenFile*>(file);
}

DiskVfs& disk_of(sqlite3_vfs* vfs) {
  return *static_cast<DiskVfs*>(vfs->pAppData);
}

/// `failed` unless it was done.
int status_of(Outcome outcome, int failed) {
  return outcome == Outcome::done ? SQLITE_OK : failed;
}

int close_file(sqlite3_file* file) noexcept {
  opened(file).~OpenFile();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) noexcept {
  const OpenFile& open = opened(file);
  if (open.platter.dead()) return SQLITE_IOERR_READ;
  const DiskFile::Bytes& bytes = open.file->bytes();
  const auto wanted = static_cast<std::size_t>(amount);
  const std::size_t from = std::min(bytes.size(), static_cast<std::size_t>(offset));
  const std::size_t there = std::min(bytes.size() - from, wanted);
  std::copy_n(bytes.data() + from, there, static_cast<std::byte*>(into));
  if (there == wanted) return SQLITE_OK;
  // SQLite counts on zeros where a file has ended.
  std::fill_n(static_cast<std::byte*>(into) + there, wanted - there, std::byte{});
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) noexcept {
  const OpenFile& open = opened(file);
  const std::span bytes(static_cast<const std::byte*>(from), static_cast<std::size_t>(amount));
  const Outcome outcome = open.platter.write(*open.file, static_cast<std::size_t>(offset), bytes);
  return outcome == Outcome::refused ? SQLITE_FULL : status_of(outcome, SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) noexcept {
  const OpenFile& open = opened(file);
  return status_of(open.platter.truncate(*open.file, static_cast<std::size_t>(size)),
                   SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) noexcept {
  const OpenFile& open = opened(file);
  return status_of(open.platter.sync(*open.file), SQLITE_IOERR_FSYNC);
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) noexcept {
  const OpenFile& open = opened(file);
  if (open.platter.dead()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(open.file->bytes().size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int) noexcept {
  return opened(file).platter.dead() ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

int unlock_file(sqlite3_file* file, int) noexcept {
  return opened(file).platter.dead() ? SQLITE_IOERR_UNLOCK : SQLITE_OK;
}

int check_reserved_lock(sqlite3_file* file, int* reserved) noexcept {
  if (opened(file).platter.dead()) return SQLITE_IOERR_CHECKRESERVEDLOCK;
  *reserved = 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) noexcept {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) noexcept {
  return 4096;
}

int device_characteristics(sqlite3_file*) noexcept {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/// Version 1: without shared memory and memory maps.
constexpr sqlite3_io_methods io_methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
};

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* into, int flags,
              int* flags_out) noexcept {
  into->pMethods = nullptr;  // Else SQLite would close what was never opened.
  Platter& platter = disk_of(vfs).platter();
  if (platter.dead()) return SQLITE_IOERR;
  // What goes when it is closed is on no list, like a file that was unlinked once it was open.
  const bool temporary = name == nullptr || (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  const std::string_view path = temporary ? std::string_view() : std::string_view(name);
  std::shared_ptr<DiskFile> file = temporary ? nullptr : platter.find(path);
  if (file != nullptr && (flags & SQLITE_OPEN_EXCLUSIVE) != 0) return SQLITE_CANTOPEN;
  if (file == nullptr) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    const Outcome outcome = platter.create(path, file);
    if (outcome == Outcome::dead) return SQLITE_IOERR;
    if (outcome != Outcome::done) return SQLITE_CANTOPEN;
  }
  (new (into) OpenFile(platter, std::move(file)))->pMethods = &io_methods;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int) noexcept {
  Platter& platter = disk_of(vfs).platter();
  if (!platter.dead() && platter.find(name) == nullptr) return SQLITE_IOERR_DELETE_NOENT;
  return status_of(platter.remove(name), SQLITE_IOERR_DELETE);
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* there) noexcept {
  const Platter& platter = disk_of(vfs).platter();
  if (platter.dead()) return SQLITE_IOERR_ACCESS;
  *there = platter.find(name) != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int full_pathname(sqlite3_vfs*, const char* name, int room, char* into) noexcept {
  const std::size_t length = std::strlen(name);
  if (length >= static_cast<std::size_t>(room)) return SQLITE_CANTOPEN;
  std::copy_n(name, length + 1, into);
  return SQLITE_OK;
}

void* no_library(sqlite3_vfs*, const char*) noexcept {
  return nullptr;
}

void no_library_error(sqlite3_vfs*, int room, char* into) noexcept {
  if (room > 0) *into = '\0';
}

auto no_symbol(sqlite3_vfs*, void*, const char*) noexcept -> void (*)() {
  return nullptr;
}

void close_no_library(sqlite3_vfs*, void*) noexcept {}

int random_bytes(sqlite3_vfs* vfs, int amount, char* into) noexcept {
  std::generate_n(into, amount,
                  [&] { return static_cast<char>(disk_of(vfs).randomness().next() & 0xFFU); });
  return amount;
}

int sleep_not(sqlite3_vfs*, int microseconds) noexcept {
  return microseconds;
}

int current_time_ms(sqlite3_vfs* vfs, sqlite3_int64* julian_ms) noexcept {
  constexpr sqlite3_int64 unix_epoch_ms = 210'866'760'000'000;  // Of the Julian day's own epoch.
  *julian_ms = unix_epoch_ms + disk_of(vfs).clock().now().time_since_epoch().count();
  return SQLITE_OK;
}

int current_time(sqlite3_vfs* vfs, double* julian_days) noexcept {
  sqlite3_int64 julian_ms = 0;
  current_time_ms(vfs, &julian_ms);
  *julian_days = static_cast<double>(julian_ms) / 86'400'000.0;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) noexcept {
  return 0;
}

std::string next_name() {
  static std::atomic<std::uint64_t> disks = 0;
  return "simulated-disk-" + std::to_string(++disks);
}

}  // namespace

DiskVfs::DiskVfs(Platter& platter, const billing::Clock& clock, std::uint64_t seed)
    : name_(next_name()), platter_(platter), clock_(clock), randomness_(seed) {
  vfs_ = std::make_unique<sqlite3_vfs>(sqlite3_vfs{
      .iVersion = 2,
      .szOsFile = sizeof(OpenFile),
      .mxPathname = longest_name,
      .zName = name_.c_str(),
      .pAppData = this,
      .xOpen = open_file,
      .xDelete = delete_file,
      .xAccess = access_file,
      .xFullPathname = full_pathname,
      .xDlOpen = no_library,
      .xDlError = no_library_error,
      .xDlSym = no_symbol,
      .xDlClose = close_no_library,
      .xRandomness = random_bytes,
      .xSleep = sleep_not,
      .xCurrentTime = current_time,
      .xGetLastError = last_error,
      .xCurrentTimeInt64 = current_time_ms,
  });
  billing::require(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK);
}

DiskVfs::~DiskVfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

}  // namespace simulation
