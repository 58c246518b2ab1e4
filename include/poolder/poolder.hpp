#pragma once

/// All of poolder.

#include <poolder/batch/batch.hpp>
#include <poolder/batch/batcher.hpp>
#include <poolder/batch/options.hpp>
#include <poolder/batch/stats.hpp>
#include <poolder/core/duration.hpp>
#include <poolder/core/error.hpp>
#include <poolder/core/fixed_string.hpp>
#include <poolder/core/result.hpp>
#include <poolder/pool/options.hpp>
#include <poolder/pool/pool.hpp>
#include <poolder/pool/route.hpp>
#include <poolder/pool/stats.hpp>
#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/future.hpp>
#include <poolder/runtime/options.hpp>
#include <poolder/runtime/pid.hpp>
#include <poolder/runtime/priority.hpp>
#include <poolder/runtime/ref.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/runtime/simulation.hpp>
#include <poolder/runtime/subscription.hpp>
#include <poolder/schedule/cron.hpp>
#include <poolder/schedule/units.hpp>
#include <poolder/task/options.hpp>
#include <poolder/task/stats.hpp>
#include <poolder/task/tasker.hpp>
#include <poolder/worker/callbacks.hpp>
#include <poolder/worker/concepts.hpp>
#include <poolder/worker/context.hpp>
#include <poolder/worker/function_worker.hpp>
#include <poolder/worker/options.hpp>
#include <poolder/worker/outcome.hpp>
