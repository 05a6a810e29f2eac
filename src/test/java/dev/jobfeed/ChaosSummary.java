package dev.jobfeed;

/** What the rounds that passed went through. */
final class ChaosSummary {

    private int rounds;
    private int runs;
    private int attempts;
    private int kills;
    private int terminations;
    private long requests;
    private long faults;
    private long moves;

    void add(ChaosRound round) {
        rounds++;
        runs += round.books().runs();
        attempts += round.attempts();
        kills += round.kills();
        terminations += round.terminations();
        requests += round.sandbox().log().entries().size();
        faults += round.sandbox().log().entries().stream()
                .filter(request -> request.fault() != null)
                .count();
        moves += round.moves();
    }

    @Override
    public String toString() {
        return rounds + " rounds passed: " + runs + " runs in " + attempts + " attempts, " + kills + " SIGKILL, "
                + terminations + " SIGTERM, " + faults + " faults in " + requests + " requests, " + moves
                + " changes of the data";
    }
}
