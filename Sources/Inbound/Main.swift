@main
struct InboundProgram {
    static func main() {}
}
