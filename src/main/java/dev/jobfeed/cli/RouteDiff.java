package dev.jobfeed.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Compares two versions of a route file by the ids of their nodes. */
final class RouteDiff {

    private RouteDiff() {}

    /** Describes the difference; empty if only the formatting differs. */
    static String between(String before, String after) {
        Map<String, Object> old = nodes(before);
        Map<String, Object> now = nodes(after);
        Set<String> added = new TreeSet<>(now.keySet());
        added.removeAll(old.keySet());
        Set<String> removed = new TreeSet<>(old.keySet());
        removed.removeAll(now.keySet());
        Set<String> changed = new TreeSet<>(now.keySet());
        changed.retainAll(old.keySet());
        changed.removeIf(id -> now.get(id).equals(old.get(id)));
        return String.join(
                "; ",
                Stream.of(describe("new", added), describe("gone", removed), describe("changed", changed))
                        .filter(describe -> !describe.isEmpty())
                        .toList());
    }

    private static String describe(String what, Set<String> ids) {
        return ids.isEmpty() ? "" : what + " " + String.join(", ", ids);
    }

    private static Map<String, Object> nodes(String yaml) {
        Map<String, Object> nodes = new TreeMap<>();
        flat(new Load(LoadSettings.builder().build()).loadFromString(yaml), nodes);
        return nodes;
    }

    /** Returns the value with each node that has an id replaced by the id. */
    private static Object flat(Object value, Map<String, Object> nodes) {
        if (value instanceof List<?> list) {
            List<Object> flat = new ArrayList<>();
            list.forEach(item -> flat.add(flat(item, nodes)));
            return flat;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> flat = new LinkedHashMap<>();
            map.forEach((name, member) -> flat.put(name, flat(member, nodes)));
            if (map.get("id") instanceof String id) {
                nodes.put(id, flat);
                return id;
            }
            return flat;
        }
        return String.valueOf(value);
    }
}
