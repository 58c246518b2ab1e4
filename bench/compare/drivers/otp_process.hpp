#pragma once

#include <cstdio>
#include <string>

#include <sys/types.h>

#include "../../harness/session.hpp"

namespace bench {

/// An Erlang virtual machine that runs erlang/otp.erl, with as many schedulers as cores. It does
/// nothing until it is asked.
class OtpProcess {
 public:
  OtpProcess();
  ~OtpProcess();
  OtpProcess(const OtpProcess&) = delete;
  OtpProcess& operator=(const OtpProcess&) = delete;

  /// Has it carry out a command, and takes over its figures. Throws WrongResult where it complains.
  void ask(const std::string& command, Run& run);

  /// Processor time of all its threads so far.
  double cpu_nanoseconds() const;

 private:
  pid_t pid_ = -1;
  FILE* commands_ = nullptr;
  FILE* answers_ = nullptr;
};

}  // namespace bench
