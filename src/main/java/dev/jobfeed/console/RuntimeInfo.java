package dev.jobfeed.console;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.config.JoboSettings;
import dev.jobfeed.tenant.Tenant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Describes this process for the console: version, environment, tenants and settings. Contains no secret. */
public final class RuntimeInfo {

    /** Settings that may contain a password, besides the secrets. */
    private static final Set<String> HIDDEN = Set.of(
            "jobfeed.changes.to",
            "jobfeed.datasource.url",
            "jobfeed.datasource.username",
            "jobo.call",
            "jobby.call",
            "jobo.http.proxy");

    private RuntimeInfo() {}

    /** Formats the description of a tenant's process. */
    static ObjectNode json(Tenant tenant, List<String> tenants, OffsetDateTime now) {
        JobfeedProperties settings = tenant.settings();
        ObjectNode json = JSON.createObjectNode();
        json.put("at", RunJson.text(now));
        json.put("version", version());
        json.put("environment", environment(settings.jobo()));
        json.put("tenant", tenant.name());
        tenants.forEach(json.putArray("tenants")::add);
        json.put("time_zone", settings.timeZone().getID());
        json.put(
                "uptime_seconds",
                Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime())
                        .toSeconds());
        ArrayNode list = json.putArray("settings");
        Map<String, String> defaults = JobfeedProperties.defaults();
        defaults.forEach((name, standard) -> {
            boolean isHidden =
                    HIDDEN.contains(name) || JobfeedProperties.secrets().contains(name);
            Optional<String> value = value(settings, name);
            ObjectNode setting = list.addObject().put("name", name);
            setting.put("value", isHidden ? null : value.orElse(null));
            setting.put(
                    "origin",
                    value.isEmpty()
                            ? "not set"
                            : value.get().equals(standard) ? "default" : isHidden ? "hidden" : "set");
        });
        return json;
    }

    /** Returns the value of a setting; empty also if the file of a secret cannot be read. */
    private static Optional<String> value(JobfeedProperties settings, String name) {
        try {
            return settings.text(name);
        } catch (ConfigurationException e) {
            return Optional.empty();
        }
    }

    private static String environment(JoboSettings jobo) {
        // only the sandbox or a proxy serves the API there
        if (JobfeedProperties.isLoopback(URI.create(jobo.baseUrl()).getHost())) {
            return "sandbox";
        }
        try {
            return jobo.apiKeyEnvironment();
        } catch (ConfigurationException e) {
            return "unknown";
        }
    }

    /** Returns the version that the build wrote beside this class. */
    public static String version() {
        try (InputStream in = RuntimeInfo.class.getResourceAsStream("version.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
