import RelayCommand

@main
struct ContactRelay {
    static func main() async {
        await Program.runAndExit()
    }
}
