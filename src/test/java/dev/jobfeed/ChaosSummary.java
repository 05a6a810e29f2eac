package dev.jobfeed;

/** Counts runs, attempts, signals, faults and changes of the passed rounds. */
final class ChaosSummary {

    private int rounds;
    private int runs;
    private int attempts;
    private int kills;
    private int terminations;
    private long requests;
    private long faults;
    private long changes;

    void add(ChaosRound round) {
        rounds++;
        runs += round.invariants().runs();
        attempts += round.attempts();
        kills += round.kills();
        terminations += round.terminations();
        requests += round.sandbox().log().entries().size();
        faults += round.sandbox().log().entries().stream()
                .filter(request -> request.fault() != null)
                .count();
        changes += round.changes();
    }

    @Override
    public String toString() {
        return rounds + " rounds passed: " + runs + " runs in " + attempts + " attempts, " + kills + " SIGKILL, "
                + terminations + " SIGTERM, " + faults + " faults in " + requests + " requests, " + changes
                + " changes of the data";
    }
}
