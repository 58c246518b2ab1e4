#include "schedule/timetable.hpp"

#include <algorithm>
#include <chrono>

#include "schedule/cron_next.hpp"

namespace poolder::detail {

Timetable::Row Timetable::add() {
  if (free_.empty()) {
    rows_.emplace_back();
    return static_cast<Row>(rows_.size() - 1);
  }
  const Row row = free_.back();
  free_.pop_back();
  return row;
}

void Timetable::clear(Row row) {
  unlist(row);
  const std::uint32_t version = rows_[row].version;  // entries of this row's past stay stale
  rows_[row] = {};
  rows_[row].version = version;
}

void Timetable::remove(Row row) {
  clear(row);
  free_.push_back(row);
}

void Timetable::set(Row row, const When& when, Moment now, Ticks anchor) {
  unlist(row);
  Line& line = rows_[row];
  line.when = when;
  line.due = first_after(line, now, anchor);
  if (!line.held) list(row);
}

void Timetable::hold(Row row) {
  unlist(row);
  rows_[row].held = true;
}

void Timetable::resume(Row row, Moment now) {
  Line& line = rows_[row];
  if (!line.held) return;
  line.held = false;
  if (line.when.cron()) {
    line.due = next_cron(line.when, now.system);
  } else if (line.due <= now.steady) {
    line.due = first_after(line, now, line.due);
  }
  list(row);
}

// A cron row that is never due is listed all the same: the clock may be set.
void Timetable::list(Row row) {
  Line& line = rows_[row];
  if (line.due == never && !line.when.cron()) return;
  line.listed = true;
  heap_of(line).push({line.due, row, line.version});
}

// The entry stays where it is, under a version that is no more.
void Timetable::unlist(Row row) {
  Line& line = rows_[row];
  ++line.version;
  if (!std::exchange(line.listed, false)) return;
  if (++stale_ > 64 && stale_ > (intervals_.size() + crons_.size()) / 2) {
    compact(intervals_);
    compact(crons_);
    stale_ = 0;
  }
}

void Timetable::compact(DueHeap& heap) {
  heap.retain([&](const DueHeap::Entry& each) { return !is_stale(each); });
}

void Timetable::drop_stale(DueHeap& heap) {
  for (; !heap.empty() && is_stale(heap.top()); heap.pop()) --stale_;
}

std::optional<Ticks> Timetable::next(Row row, Moment now) const {
  const Line& line = rows_[row];
  if (!line.listed || line.due == never) return std::nullopt;
  if (line.when.cron()) return line.due;
  return after(now.system, Duration{line.due - now.steady});
}

Ticks Timetable::first_after(const Line& line, Moment now, Ticks anchor) const {
  if (line.when.cron()) return next_cron(line.when, now.system);
  const Ticks passed = (now.steady - anchor) % line.when.interval().count();
  return after(now.steady - passed, line.when.interval());
}

// `never` also where the moment is beyond what nanoseconds reach, in the year 2262.
Ticks Timetable::next_cron(const When& when, Ticks system) const {
  using namespace std::chrono;
  constexpr sys_seconds last = floor<seconds>(sys_time<Duration>{Duration{never - 1}});
  const auto now = floor<seconds>(sys_time<Duration>{Duration{system}});
  const auto next = next_firing(when.cron()->fields(), now, zone_);
  if (!next || *next > last) return never;
  return Duration{next->time_since_epoch()}.count();
}

Ticks Timetable::lateness(DueHeap& heap, Ticks now) {
  drop_stale(heap);
  return heap.empty() || heap.top().due > now ? -1 : now - heap.top().due;
}

Ticks Timetable::latest(Moment now) {
  return std::max(lateness(intervals_, now.steady), lateness(crons_, now.system));
}

std::optional<Timetable::Due> Timetable::take_due(Moment now) {
  const Ticks interval = lateness(intervals_, now.steady), cron = lateness(crons_, now.system);
  if (interval < 0 && cron < 0) return std::nullopt;
  const bool by_interval = interval >= cron;

  DueHeap& heap = by_interval ? intervals_ : crons_;
  const Row row = heap.top().row;
  Line& line = rows_[row];
  const Due due = by_interval ? pass_interval(line, row, now.steady) : pass_cron(line, row, now);
  if (line.due == never && by_interval) {
    line.listed = false;
    heap.pop();
  } else {
    heap.replace_top({line.due, row, line.version});
  }
  return due;
}

Timetable::Due Timetable::pass_interval(Line& line, Row row, Ticks now) const {
  const Duration interval = line.when.interval();
  const Ticks more = (now - line.due) / interval.count();
  const Ticks last = line.due + more * interval.count();
  line.due = after(last, interval);
  return {row, static_cast<std::uint64_t>(more) + 1, now - last <= punctual, last};
}

Timetable::Due Timetable::pass_cron(Line& line, Row row, Moment now) const {
  std::uint64_t times = 1;
  Ticks last = line.due;
  Ticks next = next_cron(line.when, last);
  for (; next <= now.system && times < most_counted; ++times) {
    last = next;
    next = next_cron(line.when, last);
  }
  if (next <= now.system) {  // the rest at one stride, but for what may be on time
    const Ticks recent = next_cron(line.when, now.system - punctual);
    last = recent <= now.system ? recent : last;
    next = next_cron(line.when, now.system);
  }
  line.due = next;
  return {row, times, now.system - last <= punctual, now.steady - (now.system - last)};
}

Ticks Timetable::earliest(Moment now) {
  drop_stale(intervals_);
  drop_stale(crons_);
  const Ticks interval = intervals_.empty() ? never : intervals_.top().due;
  if (crons_.empty() || crons_.top().due == never) return interval;
  const Ticks due = crons_.top().due;
  if (due <= now.system) return now.steady;
  const auto wait = static_cast<std::uint64_t>(due) - static_cast<std::uint64_t>(now.system);
  const Ticks cron = wait < static_cast<std::uint64_t>(never)
                         ? after(now.steady, Duration{static_cast<Ticks>(wait)})
                         : never;
  return std::min(interval, cron);
}

// A small step back, as of a clock that is corrected, changes nothing: no time comes twice, and
// the next one comes when the clock gets there. A time that is due already stays due.
void Timetable::look_at_clocks(Moment now) {
  const Ticks offset = now.system - now.steady;
  const Ticks before = std::exchange(offset_, offset);
  if (before - offset < punctual) return;
  for (Row row = 0; row < rows_.size(); ++row) {
    Line& line = rows_[row];
    if (!line.when.cron() || !line.listed || line.due <= now.system) continue;
    unlist(row);
    line.due = next_cron(line.when, now.system);
    list(row);
  }
}

}  // namespace poolder::detail
