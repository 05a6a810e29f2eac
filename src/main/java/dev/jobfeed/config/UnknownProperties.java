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

/**
 * Finds names that look like the bundle's properties but are not. Without this check, a misspelled property has no
 * effect.
 */
public final class UnknownProperties {

    /** Matches a property of the bundle, optionally prefixed with a tenant's name. */
    private static final Pattern PROPERTY = Pattern.compile("([a-z][a-z0-9-]*[.])?((jobo|jobby|jobfeed)[.].*)");

    private static final Pattern VARIABLE = Pattern.compile("([A-Z][A-Z0-9_]*?_)?((JOBO|JOBBY|JOBFEED)_.*)");

    /** Matches the variables that Kubernetes sets in every container next to a service of that name. */
    private static final Pattern OF_KUBERNETES =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP|SCTP)(_.*)?)");

    /** Properties read only by the launcher and the logging configuration. */
    private static final Set<String> BESIDE_THE_DEFAULTS = Set.of("home", "terminal", "log.level");

    /** Maximum edit distance between a name and a suggestion. */
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
     * @return each unknown name, with the closest known one if there is any
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
     * Finds the unknown names among environment variables. A prefixed name, as for a tenant, counts only when it is
     * close to a known one, because the environment is shared with other programs.
     *
     * @return each unknown name, with the closest known one if there is any
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

    /** Finds the unknown names visible to a context: its own properties, the system properties and the environment. */
    public static Map<String, Optional<String>> in(CamelContext context) {
        Properties visible = context.getPropertiesComponent().loadProperties(name -> true);
        Map<String, Optional<String>> unknown = new TreeMap<>(among(visible.stringPropertyNames()));
        unknown.putAll(ofTheProcess());
        return unknown;
    }

    /** Finds the unknown names among the system properties and the environment. */
    public static Map<String, Optional<String>> ofTheProcess() {
        Map<String, Optional<String>> unknown =
                new TreeMap<>(among(System.getProperties().stringPropertyNames()));
        unknown.putAll(amongVariables(System.getenv()));
        return unknown;
    }

    /** Describes an unknown name and its suggestion. */
    public static String describe(String name, Optional<String> near) {
        return name + near.map(known -> " (did you mean " + known + "?)").orElse("");
    }

    /** Lists unknown names, separated by commas. */
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

    /** Computes the Levenshtein distance. */
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
