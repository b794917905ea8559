/// The librdkafka properties that a user may not set, because a promise rests on them or because they have a setting
/// of their own.
enum RefusedProperty {
    /// Why the property cannot be set; nil where it can.
    static func reason(for name: String) -> String? {
        if let own = OwnProperty.all.first(where: { $0.name == name && $0.isFixed }) { return own.reason }
        return others[name]
    }

    private static let others: [String: String] = [
        "bootstrap.servers": "the bootstrap servers have a setting of their own",
        "metadata.broker.list": "the bootstrap servers have a setting of their own",
        "group.id": "the group has a setting of its own",
        "group.instance.id": "the instance id has a setting of its own",
        "transactional.id": "it is made from the setting for its prefix and the instance's name",
        "auto.commit.enable": "an offset is committed only when every record before it is settled",
        "offset.store.method": "offsets are kept by the group",
        "offset.store.path": "offsets are kept by the group",
        "msg_order_cmp": "the order of a key rests on the order of producing",
        "queuing.strategy": "the order of a key rests on the order of producing",
        "delivery.report.only.error": "every produced record is waited for",
        "produce.offset.report": "every produced record is waited for, with its offset",
        "request.required.acks": "nothing may be lost: all replicas in sync acknowledge",
        "acks": "nothing may be lost: all replicas in sync acknowledge",
        "enabled_events": "events are taken by callbacks",
        "test.mock.num.brokers": "it would put an empty broker inside the process in the place of the cluster",
    ]
}
