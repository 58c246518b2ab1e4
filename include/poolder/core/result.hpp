#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <poolder/core/error.hpp>

namespace poolder {

namespace detail {

/// The code of a poolder::Error, nothing for any other exception.
std::optional<ErrorCode> code_of(const std::exception_ptr& error) noexcept;

}  // namespace detail

/// A value, or the exception that stands in its place.
template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  explicit Result(std::exception_ptr error) noexcept : error_(std::move(error)) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  /// The value; rethrows the error where there is none.
  T& value() {
    if (!value_) std::rethrow_exception(error_);
    return *value_;
  }
  const T& value() const {
    if (!value_) std::rethrow_exception(error_);
    return *value_;
  }

  /// Null where there is a value.
  std::exception_ptr error() const noexcept { return error_; }

  /// Set where the error is a poolder::Error.
  std::optional<ErrorCode> code() const noexcept { return detail::code_of(error_); }

 private:
  std::optional<T> value_;
  std::exception_ptr error_;
};

template <>
class Result<void> {
 public:
  Result() noexcept = default;
  explicit Result(std::exception_ptr error) noexcept : error_(std::move(error)) {}

  bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }

  /// Rethrows the error where there is one.
  void value() const {
    if (error_) std::rethrow_exception(error_);
  }

  std::exception_ptr error() const noexcept { return error_; }
  std::optional<ErrorCode> code() const noexcept { return detail::code_of(error_); }

 private:
  std::exception_ptr error_;
};

}  // namespace poolder
