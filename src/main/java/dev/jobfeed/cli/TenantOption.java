package dev.jobfeed.cli;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.tenant.TenantRegistry;
import picocli.CommandLine.Option;

/** {@code --tenant}: the tenant that a command applies to. */
final class TenantOption {

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            description = "Whose feed, where there are several; the default tenant when it is not given.")
    private String name = "";

    /** Returns the tenant's name; empty for the default tenant. */
    String name() {
        return name;
    }

    JobfeedProperties settings(RuntimeConfiguration configuration) {
        return TenantRegistry.settings(configuration.settings(), name);
    }
}
