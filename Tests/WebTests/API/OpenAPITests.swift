import Core
import HTTPTypes
import Templates
import TestKit
import Testing

@testable import Web

struct OpenAPITests {
    private func document() throws -> MergeValue { try MergeValue(json: PackageResources.openapi_json) }

    private func fields(_ value: MergeValue?) -> [(name: String, value: MergeValue)] {
        guard case .object(let fields)? = value else { return [] }
        return fields.map { ($0.name.string, $0.value) }
    }

    private func text(_ value: MergeValue?) -> String? {
        guard case .text(let text)? = value else { return nil }
        return text.string
    }

    @Test func `what is documented is there, and what is there is documented`() throws {
        let document = try document()
        #expect(text(document.field("openapi")) == "3.1.0")
        var documented: [String: MergeValue] = [:]
        for (path, item) in fields(document.field("paths")) {
            for (method, operation) in fields(item) { documented["\(method.uppercased()) \(path)"] = operation }
        }
        #expect(documented.keys.sorted() == APIRoute.all.map { "\($0.method.rawValue) \($0.path)" }.sorted())
        for route in APIRoute.all {
            let name = "\(route.method.rawValue) \(route.path)"
            let operation = documented[name]
            let description = text(operation?.field("description")) ?? ""
            for scope in APIScope.allCases {
                // The one that a parameter asks for stands with the parameter.
                #expect(description.contains("`\(scope.rawValue)`") == route.scopes.contains(scope), "\(name) \(scope)")
            }
            let body = operation?.field("requestBody")
            #expect((body == nil) == (route.body == .none), "\(name)")
            #expect((body?.field("required") == .bool(true)) == (route.body == .required), "\(name)")
            let statuses = Set(fields(operation?.field("responses")).map(\.name))
            guard !route.isPublic else { continue }
            #expect(statuses.isSuperset(of: ["400", "401", "429", "503"]), "\(name)")
            #expect(statuses.contains("403") == !route.scopes.isEmpty, "\(name)")
            #expect(statuses.contains("404") == route.path.contains("{"), "\(name)")
            #expect(statuses.isSuperset(of: route.body == .none ? [] : ["413", "415", "422"]), "\(name)")
        }
    }

    @Test func `every reference in the document leads somewhere`() throws {
        let document = try document()
        var references: [String] = []
        func collect(_ value: MergeValue) {
            if case .list(let items) = value { for item in items { collect(item) } }
            for (name, value) in fields(value) {
                if name == "$ref", let text = text(value) { references.append(text) } else { collect(value) }
            }
        }
        collect(document)
        #expect(references.count > 50)
        for reference in Set(references) {
            var value: MergeValue? = document
            for part in reference.split(separator: "/").dropFirst() { value = value?.field(MergeText(String(part))) }
            #expect(value != nil, "\(reference)")
        }
    }

    @Test(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
    func `the document is served to anybody`() async throws {
        try await APIFixture.with { fixture in
            let answer = try await fixture.send(.get, "/openapi.json", nil, [.authorization: "none"])
            #expect(answer.status == 200)
            #expect(answer.body == PackageResources.openapi_json)
        }
    }
}
