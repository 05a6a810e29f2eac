package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.Fields;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The filters of a jobs feed scan; a value that nothing has matches nothing, without a complaint. */
record JobFilter(
        List<Location> locations,
        Set<String> sources,
        Set<String> workModels,
        Set<String> employmentTypes,
        Set<String> experienceLevels,
        Boolean remote,
        Long postedAfter,
        Long updatedAfter,
        boolean stableScan) {

    static JobFilter of(Fields fields) throws ApiError {
        UnaryOperator<String> hyphens = text -> text.replace('_', '-');
        return new JobFilter(
                locations(fields),
                fields.texts("sources", UnaryOperator.identity()),
                fields.texts("work_models", UnaryOperator.identity()),
                fields.texts("employment_types", hyphens),
                fields.texts(
                        "experience_levels", text -> text.replace("_level", "").replace("-level", "")),
                fields.flag("is_remote"),
                fields.time("posted_after"),
                fields.time("updated_after"),
                !Boolean.FALSE.equals(fields.flag("stable_scan")));
    }

    private static List<Location> locations(Fields fields) throws ApiError {
        return fields.elements("locations", JsonNode::isObject, "objects").stream()
                .map(Location::asked)
                .toList();
    }

    boolean inWindow(long postedOrCreatedAt, long createdAt, long updatedAt) {
        return (postedAfter == null || postedOrCreatedAt >= postedAfter)
                && (updatedAfter == null || updatedAt >= updatedAfter || createdAt >= updatedAfter);
    }

    boolean looksAtFacets() {
        return remote != null
                || !(locations.isEmpty()
                        && sources.isEmpty()
                        && workModels.isEmpty()
                        && employmentTypes.isEmpty()
                        && experienceLevels.isEmpty());
    }

    boolean matches(JobFacets job) {
        return has(sources, job.source())
                && has(workModels, JobFacets.workModel(job.workplaceType()))
                && has(employmentTypes, JobFacets.employment(job.employmentType()))
                && has(experienceLevels, JobFacets.level(job.experienceLevel()))
                && (remote == null || remote == "remote".equals(JobFacets.workModel(job.workplaceType())))
                && inPlace(job.places());
    }

    private static boolean has(Set<String> wanted, String value) {
        return wanted.isEmpty() || wanted.contains(value);
    }

    private boolean inPlace(List<Location> places) {
        return locations.isEmpty()
                || locations.stream().anyMatch(asked -> places.stream().anyMatch(place -> place.matches(asked)));
    }
}
