package dev.jobfeed.ops;

import dev.jobfeed.ConfigurationException;
import dev.jobfeed.run.Attempt;
import dev.jobfeed.run.Attempts;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.Tenants;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;

/** The boards of the tenants: bean {@code jobfeedBoards}. */
public final class Boards {

    private final Tenants tenants;
    private final Attempts attempts;
    private final Clock clock;
    private final Map<String, Board> boards = new ConcurrentHashMap<>();

    public Boards(Tenants tenants, Attempts attempts, Clock clock) {
        this.tenants = tenants;
        this.attempts = attempts;
        this.clock = clock;
    }

    /** The board of a tenant. */
    public Board of(Tenant tenant) {
        return boards.computeIfAbsent(
                tenant.name(),
                name -> Board.of(
                        tenant,
                        stream -> attempts.active()
                                .filter(attempt -> attempt.tenant().name().equals(name)
                                        && attempt.stream().equals(stream))
                                .findFirst(),
                        clock));
    }

    /**
     * The board of a tenant that somebody named.
     *
     * @param name null or empty for the standard one
     * @throws Refused with 404 when there is none of that name
     */
    Board named(String name) {
        try {
            return of(tenants.named(name));
        } catch (ConfigurationException e) {
            throw new Refused(404, e.getMessage());
        }
    }

    /** Whether a trigger may start an attempt on a stream of the exchange's tenant. */
    public boolean isOn(Exchange exchange, String stream) {
        return of(tenants.of(exchange)).schedules().isOn(stream);
    }

    /** Notes how many jobs there are behind an attempt. */
    public void count(Attempt attempt) {
        of(attempt.tenant()).counts().note(attempt);
    }
}
