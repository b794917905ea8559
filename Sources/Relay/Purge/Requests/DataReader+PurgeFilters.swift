import JSON

extension DataReader {
    /// `data.filters`: what is purged. A filter that is not known is a fault: left out it would make the purge larger
    /// than it was meant.
    mutating func checkFilters(_ data: JSONValue) {
        let path = "data.filters"
        guard let filters = object("filters", of: data, at: "data", isRequired: true) else { return }
        let knownFaults = faults.count
        checkDateRange(filters)
        checkTexts("mediaTypes", of: filters, at: path)
        checkTexts("wrapupCodes", of: filters, at: path)
        if filters.hasMembers(besides: PurgeSubmissionForm.filters) {
            note(path, "must have no members but \(PurgeSubmissionForm.filters.joined(separator: ", "))")
        }
        let isWithoutAny =
            filters["dateRange"]?.isNull ?? true
            && filters["mediaTypes"]?.elements.isEmpty ?? true && filters["wrapupCodes"]?.elements.isEmpty ?? true
        if isWithoutAny, faults.count == knownFaults {
            note(path, "must have a dateRange, or mediaTypes or wrapupCodes that are not empty")
        }
    }

    private mutating func checkDateRange(_ filters: JSONValue) {
        let path = "data.filters.dateRange"
        guard let range = object("dateRange", of: filters, at: "data.filters") else { return }
        let start = time("start", of: range, at: path, isRequired: true)
        let end = time("end", of: range, at: path, isRequired: true)
        if let start, let end, start >= end { note("\(path).start", "must be before \(path).end") }
        if range.hasMembers(besides: PurgeSubmissionForm.times) {
            note(path, "must have no members but \(PurgeSubmissionForm.times.joined(separator: ", "))")
        }
    }

    private mutating func checkTexts(_ name: String, of object: JSONValue, at path: String) {
        guard let list = member(name, of: object, at: path) else { return }
        guard list.kind == .array else {
            note("\(path).\(name)", "must be an array")
            return
        }
        for (index, entry) in list.elements.enumerated() where entry.unicodeText?.isEmpty ?? true {
            note("\(path).\(name)[\(index)]", "must be a non-empty string")
        }
    }
}

extension JSONValue {
    /// Whether there are members, not null, that `names` does not name.
    fileprivate func hasMembers(besides names: [String]) -> Bool {
        members.contains { member in
            !member.value.isNull && !names.contains { $0.utf8.elementsEqual(member.name.utf8) }
        }
    }
}
