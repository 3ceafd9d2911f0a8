import CryptoExtras
import Hummingbird
import HummingbirdTLS

@main
struct WebProgram {
    static func main() {}
}
