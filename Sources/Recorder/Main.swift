@main
struct RecorderProgram {
    static func main() {}
}
