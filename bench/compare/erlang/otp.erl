%% Erlang/OTP's part in poolder-compare. Reads commands, a line each, from its input:
%%     cast PRODUCERS WORKERS JOBS
%% and answers with figures, a line each, then "done":
%%     1/s 1234567.0 rate
%% A line that begins with "!" says what went wrong. Ends with its input.
-module(otp).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

main() ->
    logger:set_primary_config(level, none),
    case io:get_line("") of
        Line when is_list(Line) ->
            [Name | Numbers] = string:lexemes(Line, " \n"),
            try run(list_to_atom(Name), [list_to_integer(N) || N <- Numbers])
            catch Class:Reason -> io:format("!~w: ~w~n", [Class, Reason])
            end,
            io:format("done~n"),
            erlang:garbage_collect(),
            main();
        _ ->
            halt(0)
    end.

%% The workloads.

run(cast, [Producers, Workers, Jobs]) ->
    {Hits, Servers} = tallies(Workers, Jobs),
    Start = now_ns(),
    case Producers of
        1 -> cast_all(Servers, Jobs);
        _ -> [spawn(fun() -> cast_all(Servers, share(Jobs, Producers, I)) end)
              || I <- lists:seq(0, Producers - 1)]
    end,
    counted(Hits, Jobs, Start),
    stop(Servers);

run(cast_inside, [Workers, Jobs]) ->
    {Hits, Servers} = tallies(Workers, Jobs),
    Filler = start({filler, Servers}),
    Start = now_ns(),
    gen_server:cast(Filler, Jobs),
    counted(Hits, Jobs, Start),
    stop([Filler | Servers]);

run(call, [Callers, Workers, Milliseconds]) ->
    Servers = list_to_tuple([start(answerer) || _ <- lists:seq(1, Workers)]),
    Start = now_ns(),
    Made = from_all(Callers, fun(I) -> call_untimed(Servers, I, 0, until(Milliseconds)) end),
    rate(lists:sum(Made), now_ns() - Start),
    Sorted = lists:sort(lists:append(
        from_all(Callers, fun(I) -> call_timed(Servers, I, [], until(Milliseconds)) end))),
    latencies(Sorted),
    curve(Sorted),
    stop(tuple_to_list(Servers));

run(ping_pong, [Rounds]) ->
    Left = start({player, self()}),
    Right = start({player, self()}),
    Start = now_ns(),
    gen_server:cast(Left, {ball, Right, 2 * Rounds - 1}),
    receive over -> ok end,
    rate(Rounds, now_ns() - Start),
    Rounds = gen_server:call(Left, hits),
    Rounds = gen_server:call(Right, hits),
    stop([Left, Right]);

run(spawn, [Workers]) ->
    Before = resident(),
    Start = now_ns(),
    Servers = [start(answerer) || _ <- lists:seq(1, Workers)],
    Spawned = now_ns() - Start,
    figure("ns", Spawned / Workers, "spawn, each"),
    figure("bytes", (resident() - Before) / Workers, "memory, each"),
    2 = gen_server:call(hd(Servers), 1),
    Stopping = now_ns(),
    stop(Servers),
    figure("ns", (now_ns() - Stopping) / Workers, "stop, each");

run(skew, [Total]) ->
    Callers = 8,
    Servers = list_to_tuple([start(worker) || _ <- lists:seq(1, 8)]),
    Next = atomics:new(1, []),
    latencies(lists:sort(lists:append(
        from_all(Callers, fun(_) -> call_skewed(Servers, Next, Total, []) end)))),
    stop(tuple_to_list(Servers));

run(crash, [Cycles]) ->
    {ok, Supervisor} = supervisor:start_link(?MODULE, {supervisor, self()}),
    receive {started, First, _} -> ok end,
    Start = now_ns(),
    Latencies = crash(Cycles, First, []),
    rate(Cycles, now_ns() - Start),
    latencies(lists:sort(Latencies)),
    unlink(Supervisor),
    exit(Supervisor, shutdown),
    gone(monitor(process, Supervisor));

run(idle, []) ->
    Servers = [start(answerer) || _ <- lists:seq(1, 100)],
    [2 = gen_server:call(Each, 1) || Each <- Servers].

%% What they consist of.

tallies(Workers, Jobs) ->
    Hits = atomics:new(1, []),
    {Hits, [start({tally, Hits, Jobs, self()}) || _ <- lists:seq(1, Workers)]}.

counted(Hits, Jobs, Start) ->
    receive over -> ok end,
    rate(Jobs, now_ns() - Start),
    Jobs = atomics:get(Hits, 1).

cast_all(Servers, Jobs) -> cast_all(Servers, Servers, Jobs).

cast_all(_, _, 0) -> ok;
cast_all([], All, Jobs) -> cast_all(All, All, Jobs);
cast_all([To | Rest], All, Jobs) ->
    gen_server:cast(To, Jobs),
    cast_all(Rest, All, Jobs - 1).

share(Jobs, Producers, I) when I < Jobs rem Producers -> Jobs div Producers + 1;
share(Jobs, Producers, _) -> Jobs div Producers.

%% What each of them returns; a single one is this process itself.
from_all(1, Do) -> [Do(0)];
from_all(Count, Do) ->
    Here = self(),
    Processes = [spawn_link(fun() -> Here ! {self(), Do(I)} end) || I <- lists:seq(1, Count)],
    [receive {Each, Result} -> Result end || Each <- Processes].

nth(I, Servers) -> element(1 + I rem tuple_size(Servers), Servers).

%% 32 calls between two looks at the clock.
call_untimed(Servers, I, Made, End) ->
    I32 = call_some(Servers, I, 32),
    case now_ns() < End of
        true -> call_untimed(Servers, I32, Made + 32, End);
        false -> Made + 32
    end.

call_some(_, I, 0) -> I;
call_some(Servers, I, Left) ->
    Expected = I + 1,
    Expected = gen_server:call(nth(I, Servers), I),
    call_some(Servers, Expected, Left - 1).

call_timed(Servers, I, Latencies, End) -> call_timed(Servers, I, Latencies, End, now_ns()).

call_timed(_, _, Latencies, End, Before) when Before >= End -> Latencies;
call_timed(Servers, I, Latencies, End, Before) ->
    Expected = I + 1,
    Expected = gen_server:call(nth(I, Servers), I),
    After = now_ns(),
    call_timed(Servers, Expected, [After - Before | Latencies], End, After).

%% One in a hundred is slow; what the others took.
call_skewed(Servers, Next, Total, Latencies) ->
    case atomics:add_get(Next, 1, 1) - 1 of
        I when I >= Total -> Latencies;
        I when I rem 100 =:= 99 ->
            gen_server:call(nth(I, Servers), slow, infinity),
            call_skewed(Servers, Next, Total, Latencies);
        I ->
            Before = now_ns(),
            gen_server:call(nth(I, Servers), fast, infinity),
            call_skewed(Servers, Next, Total, [now_ns() - Before | Latencies])
    end.

crash(0, _, Latencies) -> Latencies;
crash(Left, Server, Latencies) ->
    Crash = make_ref(),
    gen_server:cast(Server, {crash, self(), Crash}),
    Thrown = receive {Crash, At} -> At end,
    receive {started, Next, Started} -> crash(Left - 1, Next, [Started - Thrown | Latencies]) end.

%% The servers. Not linked, so that stopping many is cheap.

start(Kind) ->
    {ok, Server} = gen_server:start(?MODULE, Kind, []),
    Server.

stop(Servers) ->
    Monitors = [begin Monitor = monitor(process, Each), exit(Each, kill), Monitor end
                || Each <- Servers],
    lists:foreach(fun gone/1, Monitors).

gone(Monitor) -> receive {'DOWN', Monitor, _, _, _} -> ok end.

init({supervisor, Owner}) ->
    Child = #{id => child, restart => permanent,
              start => {gen_server, start_link, [?MODULE, {fragile, Owner}, []]}},
    {ok, {#{strategy => one_for_one, intensity => 1000000000, period => 1}, [Child]}};
init({fragile, Owner}) ->
    Owner ! {started, self(), now_ns()},
    {ok, fragile};
init({player, Owner}) -> {ok, {player, Owner, 0}};
init(Kind) -> {ok, Kind}.

handle_call(slow, _, worker) -> timer:sleep(50), {reply, ok, worker};
handle_call(fast, _, worker) -> spin(now_ns() + 20000), {reply, ok, worker};
handle_call(hits, _, {player, _, Hits} = Player) -> {reply, Hits, Player};
handle_call(Value, _, answerer) -> {reply, Value + 1, answerer}.

handle_cast(_, {tally, Hits, Jobs, Owner} = Tally) ->
    case atomics:add_get(Hits, 1, 1) of
        Jobs -> Owner ! over;
        _ -> ok
    end,
    {noreply, Tally};
handle_cast(Jobs, {filler, Servers} = Filler) ->
    cast_all(Servers, Jobs),
    {noreply, Filler};
handle_cast({ball, _, 0}, {player, Owner, Hits}) ->
    Owner ! over,
    {noreply, {player, Owner, Hits + 1}};
handle_cast({ball, Other, Left}, {player, Owner, Hits}) ->
    gen_server:cast(Other, {ball, self(), Left - 1}),
    {noreply, {player, Owner, Hits + 1}};
handle_cast({crash, Owner, Ref}, fragile) ->
    Owner ! {Ref, now_ns()},
    exit(crash).

handle_info(_, State) -> {noreply, State}.

spin(End) ->
    case now_ns() < End of
        true -> spin(End);
        false -> ok
    end.

%% Figures.

now_ns() -> erlang:monotonic_time(nanosecond).
until(Milliseconds) -> now_ns() + Milliseconds * 1000000.

figure(Unit, Value, Metric) -> io:format("~s ~.3f ~s~n", [Unit, float(Value), Metric]).
rate(Operations, Nanoseconds) -> figure("1/s", Operations * 1.0e9 / Nanoseconds, "rate").

latencies(Sorted) ->
    Tuple = list_to_tuple(Sorted),
    [figure("ns", quantile(Tuple, Percent), "p" ++ Name)
     || {Percent, Name} <- [{50, "50"}, {99, "99"}, {99.9, "99.9"}]].

curve(Sorted) ->
    Tuple = list_to_tuple(Sorted),
    [figure("ns", quantile(Tuple, Percent), io_lib:format("latency at ~w %", [Percent]))
     || Percent <- [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9]].

quantile(Sorted, Percent) -> element(1 + trunc(Percent / 100 * (tuple_size(Sorted) - 1)), Sorted).

%% The whole machine's memory, after what garbage there is has gone.
resident() ->
    erlang:garbage_collect(),
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(binary_to_list(Text), " "),
    list_to_integer(Pages) * 4096.
