import JSON

/// The page for people: the facts of `/status` as nested lists, in HTML that needs no script.
struct StatusPage {
    let status: JSONValue

    var html: String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
        <title>Contact Relay</title>
        <style>
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}
        table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.2rem .6rem;text-align:left;vertical-align:top}
        th{background:#f3f3f3;font-weight:600}.ready{color:#060}.unready{color:#a00}
        </style></head><body>
        <h1>Contact Relay: \(status["ready"]?.boolValue == true ? "<span class=\"ready\">ready</span>" : "<span class=\"unready\">not ready</span>")</h1>
        \(Self.table(status))
        <p><a href="/status">status as JSON</a> · <a href="/metrics">metrics</a></p>
        </body></html>

        """
    }

    private static func table(_ value: JSONValue) -> String {
        switch value.kind {
        case .object:
            let rows = value.members.map { "<tr><th>\(escaped($0.name))</th><td>\(table($0.value))</td></tr>" }
            return rows.isEmpty ? "none" : "<table>\(rows.joined(separator: "\n"))</table>"
        case .array:
            guard let first = value.elements.first else { return "none" }
            guard first.kind == .object else {
                return value.elements.map { table($0) }.joined(separator: "<br>")
            }
            let head = first.members.map { "<th>\(escaped($0.name))</th>" }.joined()
            let rows = value.elements.map { element in
                "<tr>" + element.members.map { "<td>\(table($0.value))</td>" }.joined() + "</tr>"
            }
            return "<table><tr>\(head)</tr>\(rows.joined(separator: "\n"))</table>"
        case .string: return escaped(value.stringValue ?? "")
        case .null: return "–"
        case .bool, .number: return escaped(value.text)
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
