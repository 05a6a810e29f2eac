package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.jobfeed.sandbox.http.Times;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The career sites: those of the first companies. Not safe for threads by itself. */
final class CareerSites {

    /** A career site at one moment. */
    record CareerSite(int number, int revision) {}

    private final Companies companies;
    private final long[] updatedAt;
    private final int[] revisions;

    CareerSites(int count, Companies companies) {
        this.companies = companies;
        updatedAt = new long[count];
        revisions = new int[count];
        for (int site = 0; site < count; site++) {
            updatedAt[site] = Times.ANCHOR - 90 * Times.DAY + site * (88 * Times.DAY / count);
        }
    }

    int count() {
        return updatedAt.length;
    }

    CareerSite get(int number) {
        return new CareerSite(number, revisions[number]);
    }

    void update(int number, long now) {
        revisions[number]++;
        updatedAt[number] = now;
    }

    Page<CareerSite> page(SiteFilter filter, Page.Position after, int batchSize) {
        List<CareerSite> sites = new ArrayList<>();
        Page.Position last = null;
        for (int site = after == null ? 0 : (int) after.order() + 1; site < updatedAt.length; site++) {
            if (filter.matches(companies.company(site), updatedAt[site])) {
                if (sites.size() == batchSize) {
                    return new Page<>(sites, true, last, -1);
                }
                sites.add(get(site));
                last = new Page.Position(site, companies.id(site));
            }
        }
        return new Page<>(sites, false, last, -1);
    }

    void write(CareerSite site, JsonGenerator out) throws IOException {
        companies.writeCareerSite(site.number(), site.revision(), out);
    }
}
