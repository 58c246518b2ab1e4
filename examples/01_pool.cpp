// A pool of workers: jobs that need no answer, requests that do, and a worker that fails.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

struct Deposit {
  int amount;
};
struct Balance {};

// A worker is a class. It handles what it has a handler for; anything else does not compile.
struct Account {
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 3, .backoff = 1ms}};

  explicit Account(int opening) : balance(opening) {}

  void handle_job(const Deposit& deposit, poolder::Context& context) {
    if (deposit.amount < 0 && context.attempt() < 3) throw std::runtime_error("the bank is closed");
    balance += deposit.amount;
  }
  int handle_call(Balance) const { return balance; }

  int balance;
};

// A pool is a definition: a worker, and options that are checked while compiling.
struct Accounts {
  using Worker = Account;
  static constexpr poolder::PoolOptions options{.name = "accounts", .size = 4};
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<Accounts> pool{runtime, 100};  // four Accounts, each constructed from 100

  for (int i = 0; i < 8; ++i) pool.cast(Deposit{10});  // each worker in turn
  pool.cast(Deposit{-5}, poolder::Route::index(0));    // fails twice, then passes
  pool.drain(5s);

  for (std::size_t i = 0; i < pool.size(); ++i)
    std::printf("account %zu has %d\n", i,
                pool.call(Balance{}, {.route = poolder::Route::index(i)}));

  const poolder::PoolStats stats = pool.stats();
  std::printf("%s: %llu done, %llu retried, %llu dropped\n", stats.name.c_str(),
              static_cast<unsigned long long>(stats.processed),
              static_cast<unsigned long long>(stats.retried),
              static_cast<unsigned long long>(stats.dropped));
}
