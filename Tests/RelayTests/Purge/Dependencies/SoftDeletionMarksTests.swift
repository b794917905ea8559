import Testing

@testable import Relay

@Suite struct SoftDeletionMarksTests {
    @Test func marksAreCountedByType() {
        var marks = SoftDeletionMarks()
        for id in ["1", "2", "2"] { #expect(marks.apply(.softDeleted(type: "media", id: id)) == false) }
        #expect(marks.apply(.softDeleted(type: "interaction", id: "1")) == false)
        #expect(marks.counts == ["media": 2, "interaction": 1])
        #expect(marks.count(of: "media") == 2)
        #expect(marks.count(of: "skill") == 0)
    }

    @Test func theLastMarkOfATypeIsNoticed() {
        var marks = SoftDeletionMarks()
        _ = marks.apply(.softDeleted(type: "media", id: "1"))
        _ = marks.apply(.softDeleted(type: "media", id: "2"))
        _ = marks.apply(.softDeleted(type: "interaction", id: "1"))
        #expect(marks.apply(.restored(type: "media", id: "1")) == false)
        #expect(marks.apply(.restored(type: "media", id: "1")) == false)
        #expect(marks.apply(.restored(type: "media", id: "3")) == false)
        #expect(marks.apply(.restored(type: "media", id: "2")) == true)
        #expect(marks.apply(.restored(type: "media", id: "2")) == false)
        #expect(marks.counts == ["interaction": 1])
    }

    @Test func idsAreTakenByTheirBytes() {
        var marks = SoftDeletionMarks()
        _ = marks.apply(.softDeleted(type: "media", id: "\u{e9}"))
        _ = marks.apply(.softDeleted(type: "media", id: "e\u{301}"))
        #expect(marks.count(of: "media") == 2)
    }
}
