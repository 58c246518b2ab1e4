#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <poolder/core/duration.hpp>
#include <poolder/schedule/when.hpp>

#include "schedule/due_heap.hpp"
#include "schedule/time_zone.hpp"

namespace poolder::detail {

/// One moment by both clocks.
struct Moment {
  Ticks steady;
  Ticks system;  ///< nanoseconds since 1970
};

/// When each of many jobs is due next. Intervals go by the steady clock, cron expressions by the
/// system clock; each kind has a heap, in times of its own clock, so that setting the system clock
/// forwards changes nothing in it.
/// Not thread-safe; owned by one scheduler and touched only in its cell. Moments may be handed in a
/// little out of order, as they are taken before the cell is entered: a row may then be due by one
/// and not by the next.
class Timetable {
 public:
  using Row = std::uint32_t;

  /// One that is found later than this was missed.
  static constexpr Ticks punctual = 60'000'000'000;
  /// Of a cron job that was missed more often, no more times are counted.
  static constexpr std::uint64_t most_counted = 1'000;

  Timetable(TimeZone zone, Moment now) : zone_(std::move(zone)), offset_(now.system - now.steady) {}

  /// A row that is never due.
  Row add();
  /// As it was when added.
  void clear(Row row);
  /// The row's number may be given to another.
  void remove(Row row);

  /// A new time in place of the old one: an interval is counted from `anchor` of the steady clock,
  /// not after now, and due for the first time that is still to come.
  void set(Row row, const When& when, Moment now, Ticks anchor);
  void set(Row row, const When& when, Moment now) { set(row, when, now, now.steady); }
  /// Never due, until resumed: then at the first of its times that is still to come.
  void hold(Row row);
  void resume(Row row, Moment now);

  const When& when(Row row) const { return rows_[row].when; }
  /// By the system clock; nothing where it is never due.
  std::optional<Ticks> next(Row row, Moment now) const;

  struct Due {
    Row row;
    std::uint64_t times;  ///< how often it was due since it was taken last
    bool on_time;         ///< the last of these times was not missed
    Ticks last;           ///< that time, by the steady clock
  };
  /// Takes the one that is latest, each by its own clock, and computes its next time from the one
  /// that it was due at.
  std::optional<Due> take_due(Moment now);
  /// How late that one is; negative where none is due.
  Ticks latest(Moment now);

  /// By the steady clock, as the system clock goes now; `never` where nothing is.
  Ticks earliest(Moment now);
  /// Some row goes by the system clock, be it out of its reach.
  bool goes_by_system_clock() const noexcept { return !crons_.empty(); }
  /// To be called before take_due: computes cron times anew where the system clock was set back.
  void look_at_clocks(Moment now);

 private:
  struct Line {
    When when;
    Ticks due = never;  ///< by its own clock
    std::uint32_t version = 0;
    bool held = false;
    bool listed = false;  ///< an entry of this version is in a heap
  };

  DueHeap& heap_of(const Line& line) noexcept { return line.when.cron() ? crons_ : intervals_; }
  bool is_stale(const DueHeap::Entry& entry) const noexcept {
    return rows_[entry.row].version != entry.version;
  }
  void list(Row row);
  void unlist(Row row);
  void drop_stale(DueHeap& heap);
  Ticks lateness(DueHeap& heap, Ticks now);
  void compact(DueHeap& heap);
  Ticks first_after(const Line& line, Moment now, Ticks anchor) const;
  Ticks next_cron(const When& when, Ticks system) const;
  Due pass_interval(Line& line, Row row, Ticks now) const;
  Due pass_cron(Line& line, Row row, Moment now) const;

  TimeZone zone_;
  std::vector<Line> rows_;
  std::vector<Row> free_;
  DueHeap intervals_, crons_;
  std::size_t stale_ = 0;  // entries of both heaps
  Ticks offset_;           // of the system clock to the steady one, when last looked at
};

}  // namespace poolder::detail
