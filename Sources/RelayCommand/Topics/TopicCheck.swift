import KafkaClient
import Seams

/// Compares a plan with the cluster, and creates what is missing.
///
/// `run` asks with `check` before it starts: `TopicReport.requireWhatIsNeeded()` is the reason to refuse, the report's
/// other problems are worth a warning.
struct TopicCheck: Sendable {
    let plan: TopicPlan
    let admin: KafkaAdmin

    /// Looks at the topics of the plan.
    ///
    /// - Throws: `KafkaError` where the cluster does not answer. A configuration that may not be read is no error.
    func check() async throws(KafkaError) -> TopicReport {
        let all = try await admin.topics()
        var found: [String: TopicReport.Found] = [:]
        for topic in plan.topics {
            guard let description = all[topic.name] else { continue }
            found[topic.name] = TopicReport.Found(
                partitions: Int(description.partitions), replicationFactor: Int(description.replicationFactor),
                configuration: try? await admin.configuration(ofTopic: topic.name))
        }
        return TopicReport(plan, found: found)
    }

    /// The same after a creation: a broker may hear of a topic a little after the controller has made it.
    func check(awaiting created: [String], _ time: any TimeSource) async throws(KafkaError) -> TopicReport {
        for _ in 0..<10 {
            let report = try await check()
            if !report.missing.contains(where: { created.contains($0.name) }) { return report }
            // Only a cancelled task ends it early, and then what was seen last does.
            guard (try? await time.sleep(for: .milliseconds(200))) != nil else { return report }
        }
        return try await check()
    }

    /// Creates what `report` misses: first the topics that others are measured by.
    ///
    /// - Parameter partitions: For all but an aligned topic beside an input that is there: it gets as many as that.
    /// - Returns: what came of each that was missing.
    func createMissing(
        of report: TopicReport, partitions: Int, replicationFactor: Int?, time: any TimeSource
    ) async throws(KafkaError) -> [KafkaTopicResult] {
        var results: [KafkaTopicResult] = []
        for isDerived in [false, true] {
            var specifications: [KafkaTopicSpecification] = []
            for topic in report.missing where (topic.input != nil) == isDerived {
                let limit: Int? =
                    if topic.recordRoom != nil, let input = topic.input {
                        await recordLimit(of: input, time: time)
                    } else {
                        nil
                    }
                let count = topic.role.isAligned ? report.partitions(of: topic.input) ?? partitions : partitions
                specifications.append(
                    KafkaTopicSpecification(
                        name: topic.name, partitions: Int32(clamping: count),
                        replicationFactor: replicationFactor.map { Int32(clamping: $0) },
                        configuration: plan.configuration(of: topic, inputLimit: limit)))
            }
            results += try await admin.createTopics(specifications)
        }
        return results
    }

    /// A topic's `max.message.bytes`; nil where it is not told. A broker may hear of a topic a little after the
    /// controller has made it.
    private func recordLimit(of name: String, time: any TimeSource) async -> Int? {
        for attempt in 0..<10 {
            do throws(KafkaError) {
                return try await admin.configuration(ofTopic: name)["max.message.bytes"].flatMap { Int($0) }
            } catch {
                guard error.code == "UNKNOWN_TOPIC_OR_PART", attempt < 9 else { return nil }
            }
            // Only a cancelled task ends it early, and then the default does.
            guard (try? await time.sleep(for: .milliseconds(200))) != nil else { return nil }
        }
        return nil
    }
}
