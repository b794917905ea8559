extension GenesysClient {
    /// Does what calls should not wait for, until the task is cancelled: a token is replaced while the old one is still
    /// served. Run it beside the calls; without it the call that finds the token due fetches the next one itself.
    public func run() async {
        await tokens.run()
    }
}
