package dev.jobfeed.kamelet;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FieldDefinition;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Reads the career sites that were added or changed since they were last delivered: bean {@code
 * jobfeedCareerSiteChanges}. Owns the stream's lease while delivering, so that no page is written meanwhile and none
 * with lower numbers can be committed after the stored offset.
 */
public final class CareerSiteChangeReader {

    private static final String STREAM = FeedDefinition.CAREER_SITES.stream();
    private static final int BATCH_SIZE = 100;

    private final TenantRegistry tenants;

    public CareerSiteChangeReader(TenantRegistry tenants) {
        this.tenants = tenants;
    }

    /**
     * A row to deliver.
     *
     * @param changeSeq position in the order of changes
     * @param json row with the API's field names
     */
    public record Site(long changeSeq, String json) {}

    /** A delivery of rows, with its lease. Routes keep it in the variable {@code jobfeedReading}. */
    public static final class Reading {

        private final Tenant tenant;
        private final HeldLease lease;
        private boolean finished;

        private Reading(Tenant tenant, HeldLease lease) {
            this.tenant = tenant;
            this.lease = lease;
        }

        /** Returns whether there may be more rows. */
        public boolean isUnfinished() {
            return !lease.isLost() && !finished;
        }
    }

    /**
     * Begins a delivery under the stream's lease.
     *
     * @param tenant null for the default tenant
     * @return null while an attempt is active on the stream
     */
    public Reading begin(String tenant) {
        Tenant reader = tenants.get(tenant);
        return reader.leases()
                .acquire(STREAM, lease -> new Reading(reader, lease))
                .orElse(null);
    }

    /** Returns the next rows in the order of their changes; an empty list ends the delivery. */
    public List<Site> next(Reading reading) {
        List<Site> sites = reading.tenant
                .sql()
                .statement("kamelet-offset-next")
                .param("stream", STREAM)
                .param("limit", BATCH_SIZE)
                .query((row, i) -> site(row))
                .list();
        reading.finished = sites.isEmpty();
        return sites;
    }

    /** Stores the offset of a delivered row. */
    public void markDelivered(Reading reading, Site site) {
        SqlClient sql = reading.tenant.sql();
        Map<String, Object> offset = Map.of("stream", STREAM, "change_seq", site.changeSeq());
        reading.tenant.transaction().executeWithoutResult(status -> {
            if (sql.statement("kamelet-offset-advance").params(offset).update() == 0) {
                sql.statement("kamelet-offset-create").params(offset).update();
            }
            reading.lease.fence();
        });
    }

    /** Releases the lease. */
    public void end(Reading reading) {
        reading.lease.close();
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
