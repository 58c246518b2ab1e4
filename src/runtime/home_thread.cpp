#include "runtime/home_thread.hpp"

#include <exception>
#include <thread>
#include <utility>

namespace poolder::detail {

void HomeCount::add() noexcept {
  std::lock_guard lock(mutex_);
  ++count_;
}

void HomeCount::remove() noexcept {
  std::lock_guard lock(mutex_);
  if (--count_ == 0) none_.notify_all();
}

bool HomeCount::wait_for_none(Duration limit) {
  std::unique_lock lock(mutex_);
  const auto none = [&] { return count_ == 0; };
  if (limit == infinity) return none_.wait(lock, none), true;
  return none_.wait_for(lock, limit, none);
}

std::shared_ptr<HomeThread> HomeThread::start(std::shared_ptr<HomeCount> count) {
  auto home = std::make_shared<HomeThread>(std::move(count));
  home->count_->add();
  try {
    std::thread([home] {
      const auto counted = home->count_;
      home->live();
      counted->remove();
    }).detach();
  } catch (...) {
    home->count_->remove();
    throw;
  }
  return home;
}

void HomeThread::live() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return job_ || waiting_.cell || ending_; });
    if (job_) {
      do_job(*std::exchange(job_, nullptr), lock);
    } else if (waiting_.cell) {
      Waiting mine = std::exchange(waiting_, {});
      lock.unlock();
      mine.cell->run(*this);
      mine.kept.reset();
      lock.lock();
    } else {
      return;
    }
  }
}

void HomeThread::do_job(Job& job, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  try {
    (*job.run)();
  } catch (...) {
    job.error = std::current_exception();
  }
  lock.lock();
  job.done = true;
  changed_.notify_all();
}

void HomeThread::submit(Runnable& cell, std::shared_ptr<void> kept) {
  std::lock_guard lock(mutex_);
  waiting_ = {&cell, std::move(kept)};
  changed_.notify_all();
}

void HomeThread::run_and_wait(const std::function<void()>& run) {
  Job job{&run, nullptr, false};
  std::unique_lock lock(mutex_);
  job_ = &job;
  changed_.notify_all();
  changed_.wait(lock, [&] { return job.done; });
  if (job.error) std::rethrow_exception(std::move(job.error));
}

void HomeThread::end() noexcept {
  std::lock_guard lock(mutex_);
  ending_ = true;
  changed_.notify_all();
}

}  // namespace poolder::detail
