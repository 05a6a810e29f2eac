package dev.jobfeed.config;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;

/** Finds what is set under a name that looks like one of the bundle's and is none: a typing error has no effect otherwise. */
public final class UnknownProperties {

    /** A property of the bundle, or of a tenant: its name with that of the tenant before it. */
    private static final Pattern PROPERTY = Pattern.compile("([a-z][a-z0-9-]*[.])?((jobo|jobby|jobfeed)[.].*)");

    private static final Pattern VARIABLE = Pattern.compile("([A-Z][A-Z0-9_]*?_)?((JOBO|JOBBY|JOBFEED)_.*)");

    /** What Kubernetes sets in every container beside a service of that name. */
    private static final Pattern OF_KUBERNETES =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP|SCTP)(_.*)?)");

    /** What only the launcher and the log read. */
    private static final Set<String> BESIDE_THE_DEFAULTS = Set.of("home", "terminal", "log.level");

    /** Letters that may differ between a name and the one that was meant. */
    private static final int NEAR = 3;

    private static final Map<String, String> BY_VARIABLE = byVariable();

    private UnknownProperties() {}

    private static Map<String, String> byVariable() {
        Map<String, String> variables = new TreeMap<>();
        known().forEach(name -> variables.put(JobfeedProperties.environmentVariable(name), name));
        return variables;
    }

    private static final Set<String> KNOWN = known();

    private static Set<String> known() {
        Set<String> names = new TreeSet<>(JobfeedProperties.defaults().keySet());
        BESIDE_THE_DEFAULTS.forEach(name -> names.add("jobfeed." + name));
        return names;
    }

    /**
     * Finds the unknown names among properties.
     *
     * @return each unknown name, with the known one that it is close to, if there is one
     */
    public static Map<String, Optional<String>> among(Set<String> names) {
        Map<String, Optional<String>> unknown = new TreeMap<>();
        for (String name : names) {
            Matcher parts = PROPERTY.matcher(name);
            if (parts.matches() && !KNOWN.contains(parts.group(2))) {
                unknown.put(name, nearest(parts.group(2), KNOWN).map(near -> prefix(parts) + near));
            }
        }
        return unknown;
    }

    /**
     * Finds the unknown names among environment variables. One with something before it, as for a tenant, counts only when
     * it is close to a known one: the environment is shared with other programs.
     *
     * @return each unknown name, with the known one that it is close to, if there is one
     */
    public static Map<String, Optional<String>> amongVariables(Map<String, String> environment) {
        Map<String, Optional<String>> unknown = new TreeMap<>();
        environment.forEach((name, value) -> {
            Matcher parts = VARIABLE.matcher(name);
            if (!parts.matches()
                    || BY_VARIABLE.containsKey(parts.group(2))
                    || OF_KUBERNETES.matcher(name).matches()
                    || name.endsWith("_PORT") && value.matches("(tcp|udp|sctp)://.*")) {
                return;
            }
            Optional<String> near = nearest(parts.group(2), BY_VARIABLE.keySet());
            if (parts.group(1) == null || near.isPresent()) {
                unknown.put(name, near.map(known -> prefix(parts) + known));
            }
        });
        return unknown;
    }

    /** Finds the unknown names that a context can see: its own properties, the system's and the environment. */
    public static Map<String, Optional<String>> in(CamelContext context) {
        Properties seen = context.getPropertiesComponent().loadProperties(name -> true);
        Map<String, Optional<String>> unknown = new TreeMap<>(among(seen.stringPropertyNames()));
        unknown.putAll(ofTheProcess());
        return unknown;
    }

    /** Finds the unknown names among the system's properties and the environment. */
    public static Map<String, Optional<String>> ofTheProcess() {
        Map<String, Optional<String>> unknown =
                new TreeMap<>(among(System.getProperties().stringPropertyNames()));
        unknown.putAll(amongVariables(System.getenv()));
        return unknown;
    }

    /** Says that a name is unknown, and which one may have been meant. */
    public static String describe(String name, Optional<String> near) {
        return name + near.map(known -> " (did you mean " + known + "?)").orElse("");
    }

    /** Says which names are unknown, separated by commas. */
    public static String describe(Map<String, Optional<String>> unknown) {
        return unknown.entrySet().stream()
                .map(name -> describe(name.getKey(), name.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String prefix(Matcher parts) {
        return parts.group(1) == null ? "" : parts.group(1);
    }

    private static Optional<String> nearest(String name, Set<String> known) {
        String best = null;
        int least = NEAR + 1;
        for (String other : known) {
            int distance = distance(name, other);
            if (distance < least) {
                least = distance;
                best = other;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Letters to insert, delete or replace, as Levenshtein counts them. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
