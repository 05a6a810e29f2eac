package dev.jobfeed.tenant;

/** Work on the feed of one tenant, as an attempt is. */
public interface TenantWork {

    /** Returns the tenant that the work is for. */
    Tenant tenant();
}
