import Core
import TestKit
import Testing

@testable import FlightLog

@Suite(.timeLimit(.minutes(2))) struct FlightRaceTests {
    let place: LogFolder
    let folder: FlightLogFolder

    init() throws {
        place = try LogFolder()
        folder = try place.open()
    }

    @Test func `of owner and settler exactly one gets each of a million slots`() async throws {
        var (dots, takes) = (0, 0)
        for run in 1...16 as ClosedRange<WorkerRun> {
            let (owner, settler) = try logs(run, slots: 62_500)
            for slot in 0..<owner.slots where slot.isMultiple(of: 2) { #expect(owner.begin(slot)) }
            let (allowed, taken) = await race(owner, settler)
            #expect(zip(allowed, taken).allSatisfy { $0 != $1 }, "sent and put back, or neither")
            dots += allowed.count { $0 }
            takes += taken.count { $0 }
            let refused = taken.indices.count { taken[$0] && !owner.reply($0, 1) && !owner.free($0) }
            #expect(refused == taken.count { $0 }, "what is taken stays taken")
            owner.remove()
        }
        #expect(dots + takes == 1_000_000)
        #expect(dots > 1_000 && takes > 1_000, "no race")
    }

    /// The owner wants to send all, and the settler to put all back.
    private func race(_ owner: OwnedFlightLog, _ settler: FoundFlightLog) async -> (allowed: [Bool], taken: [Bool]) {
        let records = settler.contents().records
        let (allowed, taken) = (Race.Wins(owner.slots), Race.Wins(owner.slots))
        let pace = Race.Pace()
        await Race.run {
            allowed.play { allowed in
                for slot in records.indices {
                    pace.reach(slot, side: 0, lateness: slot)
                    allowed[slot] = owner.begin(slot) && owner.allowDot(slot)
                }
            }
        } _: {
            taken.play { taken in
                for slot in records.indices {
                    pace.reach(slot, side: 1, lateness: slot / 32)
                    taken[slot] = settler.take(records[slot])
                    while !taken[slot], let record = settler.record(slot), FlightSettlement(record).mustBeTaken {
                        taken[slot] = settler.take(record)
                    }
                }
            }
        }
        return (allowed.all, taken.all)
    }

    @Test func `of two settlers one gets each slot`() async throws {
        let (_, first) = try logs(1, slots: 50_000)
        let settlers = [first, try folder.log(1, evenIfOwned: true)]
        let records = first.contents().records
        let wins = [Race.Wins(first.slots), Race.Wins(first.slots)]
        let pace = Race.Pace()
        @Sendable func take(_ side: Int) {
            wins[side].play { won in
                for slot in records.indices {
                    pace.reach(slot, side: side, lateness: side == 0 ? slot : slot / 32)
                    won[slot] = settlers[side].take(records[slot])
                }
            }
        }
        await Race.run {
            take(0)
        } _: {
            take(1)
        }
        #expect(records.count == 50_000)
        #expect(zip(wins[0].all, wins[1].all).allSatisfy { $0 != $1 })
    }

    @Test func `a slot read while it is used again is of one message, or proves nothing`() async throws {
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 2)
        let settler = try folder.log(1, evenIfOwned: true)
        let (failed, torn, seen, ended) = (Race.Counter(), Race.Counter(), Race.Counter(), Race.Counter())
        await Race.run {
            for token in 1...200_000 as ClosedRange<ClaimToken> {
                let slot = Int(token % 2)
                guard owner.write(slot, token), owner.begin(slot), owner.allowDot(slot), owner.reply(slot, token),
                    owner.free(slot)
                else {
                    _ = failed.next()
                    break
                }
            }
            _ = ended.next()
        } _: {
            while ended.count == 0 {
                for slot in 0..<2 {
                    guard let record = settler.record(slot) else { continue }
                    _ = seen.next()
                    if !record.isOfOneSample { _ = torn.next() }
                }
            }
        }
        #expect(failed.count == 0)
        #expect(torn.count == 0)
        #expect(seen.count > 1_000)
    }

    /// A log whose slots are all claimed, and its settler, although the owner lives: it was stopped past its lease.
    private func logs(_ run: WorkerRun, slots: Int) throws -> (OwnedFlightLog, FoundFlightLog) {
        let owner = try OwnedFlightLog.create(in: folder, workerRun: run, slots: slots)
        let key = DeliveryKey(campaign: 1, seq: 1)
        let written = (0..<slots).count {
            owner.write($0, key: key, token: ClaimToken($0 + 1), attempt: 1, policy: .atMostOnce)
        }
        #expect(written == slots)
        return (owner, try folder.log(run, evenIfOwned: true))
    }
}
