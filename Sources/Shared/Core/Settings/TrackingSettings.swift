/// What the web side reads for opens and clicks.
package struct TrackingSettings: Sendable, Equatable {
    /// How many events wait in memory for the broker; more are dropped, and counted.
    package let eventBuffer: Int

    package init(reading reader: inout SettingsReader) {
        eventBuffer = reader.whole(.eventBuffer, 1_000...10_000_000, default: 100_000)
    }
}

/// What the recorder reads besides database and broker.
package struct RecorderSettings: Sendable, Equatable {
    /// How often opens and clicks are written, sorted: shorter tells more of who came when.
    package let flushSeconds: Double
    /// How long a newer version's message waits for a newer recorder.
    package let tooNewGraceSeconds: Double
    package let retention: EventRetention

    package init(reading reader: inout SettingsReader) {
        flushSeconds = reader.seconds(.flushSeconds, 1...600, default: 60)
        tooNewGraceSeconds = reader.seconds(.tooNewGrace, 1...604_800, default: 3_600)
        retention = EventRetention(reading: &reader)
    }
}

/// How long single events are kept; figures and sets stay.
package struct EventRetention: Sendable, Equatable {
    /// An event that comes later than this many days is not counted: nobody could tell whether it was before.
    package let days: Int32

    package init(reading reader: inout SettingsReader) {
        days = Int32(reader.whole(.eventDays, 2...3_650, default: 90))
    }
}
