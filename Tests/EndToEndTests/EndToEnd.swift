import BrokerSupport
import Testing

/// The program as a process of its own, on a real broker, against the sandbox: one test at a time, for each wants the
/// whole machine.
///
/// `RELAY_TEST_LONG=1` asks for more of each test that disturbs the worker.
///
/// `RELAY_TEST_LIBRDKAFKA` names a folder with another `librdkafka.so.1` for the program; `newer-librdkafka` beside this
/// file prepares one.
@Suite(
    .serialized, .enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)),
    .timeLimit(.minutes(Effort.short(6, long: 60))))
struct EndToEnd {}
