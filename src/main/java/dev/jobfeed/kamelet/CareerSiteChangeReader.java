package dev.jobfeed.kamelet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FieldDefinition;
import dev.jobfeed.lease.Lease;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.lease.LeaseRenewer;
import dev.jobfeed.persistence.SqlCatalog;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/**
 * Career sites that are new or changed since they were last handed on: bean {@code jobfeedCareerSiteChanges}. They are handed
 * on under the stream's own lease, so that no page is written meanwhile, and none with lower numbers can be committed
 * behind the place that is kept.
 */
public final class CareerSiteChangeReader {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STREAM = FeedDefinition.CAREER_SITES.stream();
    private static final int AT_ONCE = 100;

    private final TenantRegistry tenants;
    private final ScheduledExecutorService heartbeats;
    private final LeaseOwner holder;

    public CareerSiteChangeReader(TenantRegistry tenants, ScheduledExecutorService heartbeats, LeaseOwner holder) {
        this.tenants = tenants;
        this.heartbeats = heartbeats;
        this.holder = holder;
    }

    /**
     * A row to be handed on.
     *
     * @param changeSeq its place in the order in which rows changed
     * @param json the row, by the names of the API
     */
    public record Site(long changeSeq, String json) {}

    /** The right to hand rows on. In routes it is the variable {@code jobfeedReading}. */
    public static final class Reading {

        private final Tenant tenant;
        private final Lease lease;
        private LeaseRenewer heartbeat;
        private volatile boolean lost;
        private boolean finished;

        private Reading(Tenant tenant, Lease lease) {
            this.tenant = tenant;
            this.lease = lease;
        }

        /** Whether there may be more. */
        public boolean isUnfinished() {
            return !lost && !finished;
        }
    }

    /**
     * Takes the right to hand rows on.
     *
     * @param tenant null for the default tenant
     * @return null while an attempt is at work on the stream
     */
    public Reading begin(String tenant) {
        Tenant reader = tenants.get(tenant);
        Lease lease = reader.leases()
                .acquire(STREAM, holder, reader.settings().lease())
                .orElse(null);
        if (lease == null) {
            return null;
        }
        Reading reading = new Reading(reader, lease);
        reading.heartbeat = LeaseRenewer.of(
                heartbeats, reader.leases(), lease, reader.settings().lease(), () -> reading.lost = true);
        return reading;
    }

    /** The next rows, those that changed first before the others; none ends it. */
    public List<Site> next(Reading reading) {
        List<Site> sites = jdbc(reading)
                .query(
                        sql("kamelet-offset-next", reading),
                        Map.of("stream", STREAM, "limit", AT_ONCE),
                        (row, i) -> site(row));
        reading.finished = sites.isEmpty();
        return sites;
    }

    /** Notes that a row was handed on. */
    public void markDelivered(Reading reading, Site site) {
        Map<String, Object> place = Map.of("stream", STREAM, "change_seq", site.changeSeq());
        reading.tenant.transaction().executeWithoutResult(status -> {
            if (jdbc(reading).update(sql("kamelet-offset-advance", reading), place) == 0) {
                jdbc(reading).update(sql("kamelet-offset-create", reading), place);
            }
            reading.tenant
                    .leases()
                    .renew(reading.lease, reading.tenant.settings().lease());
        });
    }

    /** Lets attempts work on the stream again. */
    public void end(Reading reading) {
        reading.heartbeat.close();
        reading.tenant.leases().release(reading.lease);
    }

    private static NamedParameterJdbcTemplate jdbc(Reading reading) {
        return new NamedParameterJdbcTemplate(reading.tenant.dataSource());
    }

    private static String sql(String name, Reading reading) {
        return SqlCatalog.text(name, reading.tenant.database());
    }

    private static Site site(ResultSet row) throws SQLException {
        ObjectNode json = JSON.createObjectNode().put("id", row.getString("id"));
        for (FieldDefinition field : FeedDefinition.CAREER_SITES.shape().fields()) {
            String text = row.getString(field.name());
            if (field.kind() == FieldDefinition.Kind.JSON && text != null) {
                try {
                    json.set(field.name(), JSON.readTree(text));
                } catch (JsonProcessingException e) {
                    throw new IllegalStateException("the column holds JSON", e);
                }
            } else {
                json.put(field.name(), text);
            }
        }
        return new Site(row.getLong("change_seq"), json.toString());
    }
}
