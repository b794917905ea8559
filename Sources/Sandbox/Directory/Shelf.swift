import JSON

/// The contacts, or the organizations: by number, in the order they were made, and by external id.
struct Shelf: Sendable {
    struct Item: Sendable {
        var document: JSONValue
        var externalID: String?
        /// The number of the contact's organization; nil for organizations.
        var organization: Int?
        var createdDate: String
    }

    /// `org-` or `c-`.
    let prefix: String
    private(set) var items: [Int: Item] = [:]
    private var numbersByExternalID: [String: Int] = [:]
    private var order: [Int] = []
    private var orderByOrganization: [Int: [Int]] = [:]
    private var last = 0

    init(prefix: String) {
        self.prefix = prefix
    }

    /// The id that the next item will have.
    var nextID: String { id(last + 1) }

    func id(_ number: Int) -> String { prefix + String(number) }

    /// The number in an id of this shelf, whether or not there is such an item.
    func number(_ id: String) -> Int? {
        guard id.hasPrefix(prefix), let number = Int(id.dropFirst(prefix.count)), self.id(number) == id else {
            return nil
        }
        return number
    }

    func number(externalID: String) -> Int? { numbersByExternalID[externalID] }

    /// All numbers, or those of one organization, oldest first.
    func numbers(in organization: Int? = nil) -> [Int] {
        guard let organization else { return order }
        return orderByOrganization[organization] ?? []
    }

    /// All items as the API shows them, oldest first.
    var documents: [JSONValue] { order.compactMap { items[$0]?.document } }

    mutating func add(_ item: Item) {
        last += 1
        items[last] = item
        order.append(last)
        if let externalID = item.externalID { numbersByExternalID[externalID] = last }
        if let organization = item.organization { orderByOrganization[organization, default: []].append(last) }
    }

    mutating func replace(_ number: Int, document: JSONValue, externalID: String?) {
        guard let old = items[number] else { return }
        if let before = old.externalID { numbersByExternalID[before] = nil }
        if let externalID { numbersByExternalID[externalID] = number }
        items[number]?.document = document
        items[number]?.externalID = externalID
    }

    mutating func remove(_ number: Int) {
        guard let item = items.removeValue(forKey: number) else { return }
        if let externalID = item.externalID { numbersByExternalID[externalID] = nil }
        Self.remove(number, from: &order)
        guard let organization = item.organization else { return }
        Self.remove(number, from: &orderByOrganization[organization, default: []])
        if orderByOrganization[organization]?.isEmpty == true { orderByOrganization[organization] = nil }
    }

    /// `numbers` ascends, so the place is found by halving.
    private static func remove(_ number: Int, from numbers: inout [Int]) {
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        if low < numbers.count, numbers[low] == number { numbers.remove(at: low) }
    }
}
