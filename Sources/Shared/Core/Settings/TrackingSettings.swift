/// The web program's settings for opens and clicks.
package struct TrackingSettings: Sendable, Equatable {
    /// The maximum number of events in memory for the broker; more are dropped, and counted.
    package let eventBuffer: Int

    package init(reading reader: inout SettingsReader) {
        eventBuffer = reader.whole(.eventBuffer, 1_000...10_000_000, default: 100_000)
    }
}

/// The recorder's settings besides database and broker.
package struct RecorderSettings: Sendable, Equatable {
    /// How often opens and clicks are written, sorted: shorter intervals reveal more about who acted when.
    package let flushSeconds: Double
    /// How long a newer version's message waits for a newer recorder.
    package let tooNewGraceSeconds: Double
    package let retention: EventRetention
    package let state: StateSettings

    package init(reading reader: inout SettingsReader) {
        flushSeconds = reader.seconds(.flushSeconds, 1...600, default: 60)
        tooNewGraceSeconds = reader.seconds(.tooNewGrace, 1...604_800, default: 3_600)
        retention = EventRetention(reading: &reader)
        state = StateSettings(reading: &reader)
    }
}

/// How long single events are kept; figures and sets stay.
package struct EventRetention: Sendable, Equatable {
    /// An event that arrives later than this many days is not counted: it might be a repetition.
    package let days: Int32

    package init(reading reader: inout SettingsReader) {
        days = Int32(reader.whole(.eventDays, 2...3_650, default: 90))
    }
}
