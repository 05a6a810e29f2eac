package dev.jobfeed.sandbox;

import java.util.List;
import java.util.Locale;

/** What filters look at: output values, each nullable except the places. */
record JobFacets(
        List<Location> places, String source, String workplaceType, String employmentType, String experienceLevel) {

    /** Returns the filter value for an output value: "On-site" is asked for as "onsite". */
    static String workModel(String workplaceType) {
        return workplaceType == null
                ? null
                : lower(workplaceType).replace("-", "").replace("_", "");
    }

    /** Returns the filter value for an output value: "Full-time" is asked for as "full-time". */
    static String employment(String employmentType) {
        return employmentType == null
                ? null
                : lower(employmentType).replace('_', '-').replace(' ', '-');
    }

    /** Returns the filter value for an output value: "Entry Level" is asked for as "entry". */
    static String level(String experienceLevel) {
        if (experienceLevel == null) {
            return null;
        }
        String level =
                lower(experienceLevel).replace('_', ' ').replace('-', ' ').replace(" level", "");
        return level.equals("internship") ? "intern" : level;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
