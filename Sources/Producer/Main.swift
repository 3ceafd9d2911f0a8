@main enum ProducerMain { static func main() {} }
