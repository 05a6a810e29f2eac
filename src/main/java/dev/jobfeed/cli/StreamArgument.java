package dev.jobfeed.cli;

import dev.jobfeed.feed.FeedDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The streams that a command applies to, as named on the command line. */
record StreamArgument(List<FeedDefinition> sources) {

    /** The names that {@link One} reads. */
    static final class OneName extends ArrayList<String> {

        private static final long serialVersionUID = 1;

        OneName() {
            Stream.of(FeedDefinition.values()).map(FeedDefinition::property).forEach(this::add);
        }
    }

    /** The names that {@link Converter} reads. */
    static final class Names extends ArrayList<String> {

        private static final long serialVersionUID = 1;

        Names() {
            super(new OneName());
            add("all");
        }
    }

    /** Reads {@code jobs} or {@code career-sites}. */
    static final class One implements ITypeConverter<FeedDefinition> {

        @Override
        public FeedDefinition convert(String value) {
            return Stream.of(FeedDefinition.values())
                    .filter(source -> value.equals(source.property()))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "there is no stream '" + value + "'; it is jobs or career-sites"));
        }
    }

    /** Reads {@code jobs}, {@code career-sites} or {@code all}. */
    static final class Converter implements ITypeConverter<StreamArgument> {

        @Override
        public StreamArgument convert(String value) {
            List<FeedDefinition> sources = Stream.of(FeedDefinition.values())
                    .filter(source -> value.equals("all") || value.equals(source.property()))
                    .toList();
            if (sources.isEmpty()) {
                throw new TypeConversionException(
                        "there is no stream '" + value + "'; it is jobs, career-sites or all");
            }
            return new StreamArgument(sources);
        }
    }
}
