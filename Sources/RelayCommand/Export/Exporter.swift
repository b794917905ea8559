import GenesysCloud
import JSON

/// Walks through listings page by page and hands on each resource once.
struct Exporter {
    /// What has been done so far.
    struct Tally: Sendable, Equatable {
        /// Resources handed on.
        var written = 0
        /// Resources that came a second time and were not handed on again.
        var repeats = 0
        /// Pages read.
        var pages = 0
        /// Listings that ended with an empty page, although the page before it announced more.
        var emptyEnds = 0
    }

    /// Why a listing was not read to its end.
    struct Stop: Error {
        enum Cause {
            case api(PatientReader.Failure)
            case output(WriteFailure)
            /// Page after page was announced and none of them brought anything new.
            case nothingNew
        }

        var cause: Cause
        var listing: Listing
        /// The first page that has not been handed on.
        var page: Int
    }

    /// So many pages in a row may bring nothing new. More than one, since resources that are added at the front of a
    /// listing move whole small pages on; not for ever, since an API that pays no heed to `page` would keep us here.
    static let longestStandstill = 10

    let reader: PatientReader
    let pageSize: Int
    private(set) var tally = Tally()
    private var seen: Set<String>

    /// - Parameter seen: Ids of resources that are not to be handed on.
    init(reader: PatientReader, pageSize: Int, seen: Set<String> = []) {
        self.reader = reader
        self.pageSize = pageSize
        self.seen = seen
    }

    /// Reads a listing to its end.
    ///
    /// - Parameters:
    ///   - first: The page to begin with.
    ///   - take: Gets what is new of each page, in the listing's order, and the number of the page; a page of which it
    ///     throws counts as not handed on.
    mutating func export(
        _ listing: Listing, from first: Int = 1,
        take: (_ resources: [JSONValue], _ page: Int) throws(WriteFailure) -> Void
    ) async throws(Stop) {
        var number = first
        var standstill = 0
        while true {
            let page: ResourcePage
            do throws(PatientReader.Failure) {
                page = try await reader.page(listing, number: number, size: pageSize)
            } catch {
                throw Stop(cause: .api(error), listing: listing, page: number)
            }
            let fresh = page.items.filter { resource in
                guard let id = resource["id"]?.stringValue else { return true }
                return seen.insert(id).inserted
            }
            do throws(WriteFailure) {
                try take(fresh, number)
            } catch {
                throw Stop(cause: .output(error), listing: listing, page: number)
            }
            tally.pages += 1
            tally.written += fresh.count
            tally.repeats += page.items.count - fresh.count
            guard page.hasNext else { return }
            guard !page.items.isEmpty else {
                tally.emptyEnds += 1
                return
            }
            standstill = fresh.isEmpty ? standstill + 1 : 0
            number += 1
            guard standstill < Self.longestStandstill else {
                throw Stop(cause: .nothingNew, listing: listing, page: number)
            }
        }
    }
}
