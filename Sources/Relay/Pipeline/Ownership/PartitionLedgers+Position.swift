import KafkaClient
import Seams
import WorkerPool

extension PartitionLedgers {
    /// Finds out where an assignment stands of which nothing was committed, and of which no record may ever come: what
    /// was committed is forgotten in time, and so may be the log. Asks until there is an answer, or the task is cancelled.
    func settlePosition(
        _ partition: TopicPartition, _ generation: Generation, asking consumer: any KafkaConsuming,
        time: any TimeSource, random: any RandomSource
    ) async {
        var pause = RetryPause()
        while !Task.isCancelled, hasNoPosition(partition, generation) {
            do throws(KafkaError) {
                return open(partition, generation, at: try await consumer.startOfReading(partition))
            } catch {
                pause.grow(at: time.now, random: random)
                if let end = pause.end { try? await time.sleep(until: end) }
            }
        }
    }
}
