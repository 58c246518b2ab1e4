#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include <poolder/lease/options.hpp>
#include <poolder/lease/status.hpp>

namespace poolder_tests {

/// poolboy's own model of a pool, extended by what poolboy does not have: requests with a deadline,
/// idle overflow that lingers, and a time in which nothing can be created.
struct LeaseModel {
  using Time = std::chrono::steady_clock::time_point;

  struct Request {
    int number;
    Time deadline;
  };

  LeaseModel(const poolder::LeasePoolOptions& its_options, Time start)
      : options(its_options), now(start), size(options.size) {
    settle();
  }

  const poolder::LeasePoolOptions options;
  Time now;
  std::size_t size;
  std::size_t out = 0;
  std::deque<Time> idle;  ///< since when; the oldest first
  std::deque<Request> waiting;
  bool creates = true;
  std::vector<int> served, late;  ///< of those who waited, since this was last emptied

  std::size_t alive() const { return out + idle.size(); }
  std::size_t capacity() const {
    return size + std::min(options.max_overflow, options.max_size - size);
  }
  std::size_t overflow() const { return alive() > size ? alive() - size : 0; }
  poolder::LeaseStatus::State state() const {
    using Is = poolder::LeaseStatus::State;
    return out < size ? Is::ready : out < capacity() ? Is::overflow : Is::full;
  }
  bool can_lend() const {
    return waiting.empty() && (!idle.empty() || (creates && alive() < capacity()));
  }

  void lend() {
    idle.empty() ? note_creation() : idle.pop_back();
    ++out;
  }
  void give_back() {
    --out;
    place();
    settle();
  }
  void destroy_lent() {
    --out;
    settle();
  }
  void request(Request request) {
    can_lend() ? (lend(), served.push_back(request.number)) : waiting.push_back(request);
    settle();
  }
  void cancel(int number) {
    std::erase_if(waiting, [&](const Request& each) { return each.number == number; });
  }
  void add(std::size_t count) {
    size += std::min(count, options.max_size - size);
    settle();
  }
  void remove(std::size_t count) {
    for (; count > 0 && !idle.empty(); --count) {
      const bool is_beyond = alive() > size;
      if (!is_beyond && size <= options.min_size) return;
      idle.pop_front();
      if (!is_beyond) --size;
    }
  }
  void pass(poolder::Duration span) {
    now += span;
    while (!idle.empty() && alive() > size && has_lingered(idle.front())) idle.pop_front();
    std::erase_if(waiting, [&](const Request& each) {
      if (each.deadline > now) return false;
      late.push_back(each.number);
      return true;
    });
  }
  void set_creates(bool possible) {
    creates = possible;
    settle();
  }

 private:
  bool has_lingered(Time since) const {
    if (options.overflow_linger == poolder::infinity) return false;
    return std::max(since, overfull_since_) + options.overflow_linger <= now;
  }
  void note_creation() {
    if (alive() == size) overfull_since_ = now;
  }
  void place() {
    if (!waiting.empty()) {
      served.push_back(waiting.front().number);
      waiting.pop_front();
      ++out;
    } else if (alive() < size || options.overflow_linger > poolder::Duration{0}) {
      idle.push_back(now);
    }
  }
  void settle() {
    while (creates && (alive() < size || (!waiting.empty() && alive() < capacity()))) {
      note_creation();
      place();
    }
  }

  Time overfull_since_{};
};

}  // namespace poolder_tests
