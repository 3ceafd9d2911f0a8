import Core
import Database
import Hummingbird
import Service
import Templates

/// The account's contacts, for roles that may see addresses. The audit log records each page.
extension Dashboard {
    func addContacts(to router: Router<WebContext>) {
        accountPage(router, "contacts", needs: .seeContacts) { request, _, visit in
            var search = ContactSearch.all
            var problem: String?
            let page = try ListPage(request, searching: ["address", "field"]) { terms in
                do throws(ContactSearch.Refused) {
                    search = try ContactSearch(address: terms["address"], field: terms["field"])
                } catch {
                    problem = "\(error.isField ? "Field" : "Address") \(error.reason)."
                }
                return .of(search)
            }
            var found = ContactPage(contacts: [], next: nil)
            if problem == nil {
                let read = try await visit.database.contacts(
                    of: visit.account,
                    search,
                    after: page.after,
                    limit: ListPage.rows
                )
                if let read {
                    found = read
                } else {
                    problem = "The contact before this page was erased. Begin again on the first page."
                }
            }
            let fields: [String: MergeValue] = [
                "address": .of(page["address"]), "field": .of(page["field"]),
                "problem": problem.map { .of($0) } ?? .bool(false), "has": .bool(!found.contacts.isEmpty),
                "contacts": .list(
                    found.contacts.map { contact in
                        [
                            "number": .of(String(contact.id)), "address": .of(contact.address),
                            "fields": .of(Self.shortened(contact.attributes)), "created": .moment(contact.createdAt),
                        ]
                    }
                ),
            ]
            return try Views.respond(
                Views.contacts,
                title: "Contacts",
                visit: visit.visit,
                section: "Contacts",
                fields.merging(page.fields(next: found.next.map { PageCursor(.of(search), [$0]) })) { $1 }
            )
        }
    }

    private static func shortened(_ json: [UInt8]) -> String {
        let text = String(decoding: json, as: UTF8.self)
        return text.utf8.count <= 300 ? text : "\(text.prefix(300))…"
    }
}
