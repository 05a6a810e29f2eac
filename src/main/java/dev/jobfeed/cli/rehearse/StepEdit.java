package dev.jobfeed.cli.rehearse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A step that differs from the shipped one.
 *
 * @param step id of the step
 * @param file file of the step, or of the statement that it executes
 * @param change what differs: missing, changed, moved, new, or the statement that is replaced
 */
public record StepEdit(String step, String file, String change) {

    /** Members of a step that have no effect. */
    private static final Set<String> LABELS = Set.of("id", "description", "note");

    /** Stands for a part that has an id, and is compared by itself. */
    private static final Object PART = new Object();

    /**
     * A part of a file that has an id.
     *
     * @param content everything in it except labels and the parts in it
     * @param parent id of the part that it is in
     * @param children ids of the parts in it, in their order
     */
    private record Node(Object content, String parent, List<String> children) {}

    /**
     * Compares a route file with the shipped one, step by step.
     *
     * @param shipped empty for a file that is not shipped
     */
    public static List<StepEdit> between(String file, String shipped, String text) {
        Map<String, Node> before = nodes(shipped);
        Map<String, Node> now = nodes(text);
        List<StepEdit> edits = new ArrayList<>();
        before.forEach((id, node) -> {
            Node other = now.get(id);
            if (other == null) {
                edits.add(new StepEdit(id, file, "missing"));
            } else if (!other.content().equals(node.content()) && !shipped.isEmpty()) {
                edits.add(new StepEdit(id.isEmpty() ? "a route without steps" : id, file, "changed"));
            } else if (!other.parent().equals(node.parent())) {
                edits.add(new StepEdit(id, file, "moved"));
            }
        });
        before.forEach((id, node) -> {
            if (now.containsKey(id)) {
                moved(node.children(), now.get(id).children())
                        .forEach(step -> edits.add(new StepEdit(step, file, "moved")));
            }
        });
        now.forEach((id, node) -> {
            if (!before.containsKey(id)) {
                edits.add(new StepEdit(id, file, "new"));
            }
        });
        return edits;
    }

    /** Returns the steps with a statement. */
    static List<String> executing(String statement, String text) {
        List<String> steps = new ArrayList<>();
        nodes(text).forEach((id, node) -> {
            if (node.content() instanceof Map<?, ?> step
                    && step.get("parameters") instanceof Map<?, ?> parameters
                    && statement.equals(parameters.get("query"))) {
                steps.add(id);
            }
        });
        return steps;
    }

    /** Formats the edit for a line of text. */
    public String text() {
        return step + ", " + change + (change.contains(" ") ? " by " : " in ") + file;
    }

    private static Map<String, Node> nodes(String yaml) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        List<String> children = new ArrayList<>();
        Object rest = content(new Load(LoadSettings.builder().build()).loadFromString(yaml), "", children, nodes);
        nodes.put("", new Node(String.valueOf(rest), "", children));
        return nodes;
    }

    /** Returns a value without its parts, which become nodes. */
    private static Object content(Object value, String parent, List<String> siblings, Map<String, Node> nodes) {
        if (value instanceof List<?> list) {
            List<Object> rest = new ArrayList<>();
            for (Object item : list) {
                Object content = content(item, parent, siblings, nodes);
                if (content != PART) {
                    rest.add(content);
                }
            }
            return rest;
        }
        if (!(value instanceof Map<?, ?> map)) {
            return String.valueOf(value);
        }
        String id = map.get("id") instanceof String own ? own : null;
        List<String> children = id == null ? siblings : new ArrayList<>();
        if (id != null) {
            siblings.add(id);
        }
        Map<Object, Object> rest = new LinkedHashMap<>();
        map.forEach((name, member) -> {
            Object content = content(member, id == null ? parent : id, children, nodes);
            if (content != PART && !LABELS.contains(name)) {
                rest.put(name, content);
            }
        });
        if (id != null) {
            nodes.put(id, new Node(rest, parent, children));
        }
        return id != null || rest.isEmpty() && !map.isEmpty() ? PART : rest;
    }

    /** Returns the steps of both lists that are not in their longest common order. */
    private static List<String> moved(List<String> before, List<String> now) {
        List<String> old = before.stream().filter(now::contains).toList();
        List<String> current = now.stream().filter(before::contains).toList();
        int[][] longest = new int[old.size() + 1][current.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = current.size() - 1; j >= 0; j--) {
                longest[i][j] = old.get(i).equals(current.get(j))
                        ? 1 + longest[i + 1][j + 1]
                        : Math.max(longest[i + 1][j], longest[i][j + 1]);
            }
        }
        List<String> moved = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < old.size()) {
            if (j < current.size() && old.get(i).equals(current.get(j))) {
                i++;
                j++;
            } else if (longest[i + 1][j] == longest[i][j]) {
                moved.add(old.get(i++));
            } else {
                j++;
            }
        }
        return moved;
    }
}
