package dev.jobfeed;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks the layers of the bundle, and which methods none of its classes may call. */
class ArchitectureTest {

    private static final String ROOT = "dev.jobfeed";

    /** Lists the packages, lower layers first. A package only uses packages before it. */
    private static final List<String> LAYERS = Stream.of(
                    ".config",
                    ".feed",
                    ".problem",
                    ".metrics",
                    ".persistence",
                    ".lease",
                    ".alert",
                    ".quarantine",
                    ".tenant",
                    ".api",
                    ".schedule",
                    ".outbox",
                    ".company",
                    ".sync",
                    ".expiry",
                    ".audit",
                    ".jobby",
                    ".kamelet",
                    ".console",
                    ".health",
                    ".route",
                    "",
                    ".springboot",
                    ".cli.rehearse",
                    ".cli")
            .map(ROOT::concat)
            .toList();

    /** Lists the packages of the sandbox in the same order: shared by its APIs, Jobby.dev, the rest. */
    private static final List<String> SANDBOX_LAYERS =
            Stream.of(".http", ".jobby", "").map((ROOT + ".sandbox")::concat).toList();

    private static JavaClasses bundle;

    @BeforeAll
    static void read() {
        bundle = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(ROOT);
    }

    static Stream<Arguments> layers() {
        return Stream.of(LAYERS, SANDBOX_LAYERS).flatMap(layers -> IntStream.range(0, layers.size())
                .mapToObj(i -> Arguments.of(layers.get(i), layers.subList(i + 1, layers.size()))));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void packageOnlyUsesLowerLayers(String layer, List<String> higher) {
        noClasses()
                .that()
                .resideInAPackage(layer)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(higher.toArray(String[]::new))
                .check(bundle);
    }

    @Test
    void everyPackageBelongsToALayer() {
        classes()
                .should()
                .resideInAnyPackage(
                        Stream.of(LAYERS, SANDBOX_LAYERS).flatMap(List::stream).toArray(String[]::new))
                .check(bundle);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(bundle);
    }

    @Test
    void sandboxAndBundleShareNoClass() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".sandbox..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LAYERS.toArray(String[]::new))
                .check(bundle);
    }

    @Test
    void onlyTheCommandLineStartsTheSandbox() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".sandbox..", ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".sandbox..")
                .check(bundle);
    }

    /** Includes method references. The maps of {@code queryForMap} fold column names by the default locale. */
    @Test
    void noMethodDependsOnTheDefaultLocale() {
        DescribedPredicate<AccessTarget> byLocale = new DescribedPredicate<>("use the locale of the machine") {
            @Override
            public boolean test(AccessTarget target) {
                String name = target.getFullName();
                return name.equals("java.lang.String.toLowerCase()")
                        || name.equals("java.lang.String.toUpperCase()")
                        || name.startsWith("java.lang.String.format(java.lang.String,")
                        || name.startsWith("java.lang.String.formatted(")
                        || name.startsWith("java.io.PrintStream.printf(java.lang.String,")
                        || name.equals("java.time.format.DateTimeFormatter.ofPattern(java.lang.String)")
                        || target.getName().equals("queryForMap");
            }
        };
        noClasses()
                .should()
                .accessTargetWhere(JavaAccess.Predicates.target(byLocale))
                .check(bundle);
    }
}
