import KafkaClient
import Testing

@Suite struct KafkaLibraryTests {
    @Test func namesTheLoadedVersion() {
        #expect(KafkaLibrary.version.split(separator: ".").count >= 3)
        #expect(KafkaLibrary.versionNumber >= 0x0200_00ff)
    }
}
